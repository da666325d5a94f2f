/* Interfaces: packets, filters, idling, loss of an interface; in a network namespace of its own,
 * skipped where there can be none. */
#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/linktype.h"

static bool isolated;

static void set_up(const char *name, bool up)
{
	struct ifreq request = { .ifr_flags = up ? IFF_UP : 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	(void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	CHECK_INT(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	CHECK_INT(close(fd), 0);
}

static int isolate(void **state)
{
	(void)state;
	isolated = unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
	if (isolated)
		set_up("lo", true);
	return 0;
}

/* A UDP datagram of n bytes to ourselves. */
static void send_bytes(size_t n)
{
	static const char data[60000];
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK_INT(sendto(fd, data, n, 0, (struct sockaddr *)&to, sizeof to), n);
	CHECK_INT(close(fd), 0);
}

static struct capture *open_one(const char *name, const struct capture_options *options)
{
	struct capture_problem why = { .text = "" };
	struct capture *c = NULL;

	if (!isolated)
		skip();
	int err = capture_open_live(&c, &why, &name, 1, options);
	if (err == -EPERM)
		skip();
	CHECK_TEXT(why.text, "");
	CHECK_INT(err, 0);
	return c;
}

/* Calls until something else than idling comes, two seconds at most. */
static enum capture_next wait_for(
	struct capture *c, struct onpath_packet *packet, struct capture_problem *why)
{
	enum capture_next next = CAPTURE_IDLE;

	for (int i = 0; i < 40 && next == CAPTURE_IDLE; i++)
		next = capture_next(c, packet, why, 50);
	return next;
}

static void takes_packets(void **state)
{
	struct capture_options options = { .filter = "udp dst port 9", .buffer_bytes = 32 << 20 };
	struct capture *c = open_one("lo", &options);
	struct onpath_packet packet;
	struct capture_problem why;
	struct capture_counts counts;

	(void)state;
	CHECK_INT(capture_next(c, &packet, &why, 10), CAPTURE_IDLE);
	/* More than fits into one batch. */
	for (size_t i = 0; i < 40; i++)
		send_bytes(50000 + i);
	for (size_t i = 0; i < 40; i++) {
		CHECK_INT(wait_for(c, &packet, &why), CAPTURE_PACKET);
		CHECK_INT(packet.caplen, 14 + 20 + 8 + 50000 + i);
		CHECK_INT(packet.len, packet.caplen);
		CHECK_INT(packet.linktype, 1);
		CHECK_INT(packet.number, i + 1);
		CHECK_TEXT(packet.source->name, "lo");
		CHECK(packet.source->live);
		CHECK(packet.time_ns > UINT64_C(1500000000000000000));
	}
	CHECK_INT(capture_next(c, &packet, &why, 10), CAPTURE_IDLE);
	capture_counts(c, &counts);
	CHECK(counts.kernel_received >= 40);
	CHECK_INT(counts.kernel_dropped, 0);
	capture_close(c);
}

static void cuts_at_the_snap_length(void **state)
{
	struct capture_options options = { .snaplen = 64, .buffer_bytes = 4 << 20 };
	struct capture *c = open_one("any", &options);
	struct onpath_packet packet;
	struct capture_problem why;

	(void)state;
	send_bytes(1000);
	CHECK_INT(wait_for(c, &packet, &why), CAPTURE_PACKET);
	CHECK_INT(packet.linktype, 276); /* LINKTYPE_LINUX_SLL2 */
	CHECK_INT(packet.caplen, 64);
	CHECK_INT(packet.len, 20 + 20 + 8 + 1000);
	capture_close(c);
}

static void explains_refusals(void **state)
{
	const char *const name = "nosuch0";
	const char *const lo = "lo";
	struct capture_options options = { .filter = NULL };
	struct capture_problem why;
	struct capture *c = NULL;

	(void)state;
	capture_close(open_one("lo", &options)); /* skips where nothing can be captured */
	CHECK_INT(capture_open_live(&c, &why, &name, 1, &options), -ENODEV);
	CHECK(strstr(why.text, "nosuch0: no such interface; there are: ") == why.text);
	CHECK(strstr(why.text, "lo") != NULL);
	options.filter = "port port";
	CHECK_INT(capture_open_live(&c, &why, &lo, 1, &options), -EINVAL);
	CHECK(strstr(why.text, "lo: filter: ") == why.text);
	CHECK(!c);
}

static void tells_of_lost_interfaces(void **state)
{
	const char *const names[] = { "onpath0", "lo" };
	struct capture_options options = { .filter = "udp dst port 9" };
	struct onpath_packet packet;
	struct capture_problem why;
	struct capture *c = NULL;

	(void)state;
	if (!isolated || system("ip link add onpath0 type veth peer name onpath1 2>/dev/null") != 0)
		skip();
	set_up("onpath0", true);
	set_up("onpath1", true);
	CHECK_INT(capture_open_live(&c, &why, names, 2, &options), 0);
	set_up("onpath0", false);
	CHECK_INT(wait_for(c, &packet, &why), CAPTURE_PROBLEM);
	CHECK_TEXT(why.text, "onpath0: the interface is down; waiting for it");
	set_up("onpath0", true);
	CHECK_INT(capture_next(c, &packet, &why, 700), CAPTURE_IDLE); /* told once */
	CHECK_INT(system("ip link del onpath0"), 0);
	CHECK_INT(wait_for(c, &packet, &why), CAPTURE_PROBLEM);
	CHECK_TEXT(why.text, "onpath0: The interface disappeared");
	send_bytes(10); /* the other goes on */
	CHECK_INT(wait_for(c, &packet, &why), CAPTURE_PACKET);
	CHECK_TEXT(packet.source->name, "lo");
	capture_close(c);
}

static void lists_interfaces(void **state)
{
	char *text = NULL;
	struct capture_problem why;

	(void)state;
	if (!isolated)
		skip();
	CHECK_INT(capture_list(&text, &why), 0);
	CHECK(strstr(text, "lo\t") != NULL || strstr(text, "lo\n") != NULL);
	CHECK(strstr(text, "nfqueue") == NULL); /* to read it is to hold packets up */
	free(text);
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = { test(takes_packets), test(cuts_at_the_snap_length),
		test(explains_refusals), test(tells_of_lost_interfaces), test(lists_interfaces) };

	return cmocka_run_group_tests(tests, isolate, NULL);
}

int main(void)
{
	return check_run(run_all);
}
