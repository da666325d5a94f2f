/* Interfaces, through libpcap, read together: each gives a batch in turn, and the batches are
 * merged by time. */
#include "capture/live.h"

#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "capture/interfaces.h"
#include "capture/linktype.h"
#include "capture/operands.h"
#include "util/limits.h"

/* Packets taken from one interface before the next has its turn, and the bytes they are kept in. */
#define BATCH       256
#define BATCH_BYTES (1u << 20)
/* libpcap's timeout: how long the kernel gathers packets before it wakes us. Not a timer; see the
 * poll below. */
#define GATHER_MS   100
/* How long the kernel may still give us what it gathered of an interface that is gone. */
#define LAST_NS     UINT64_C(250000000)
/* How often an interface is asked whether it is there and up. */
#define CARE_NS     UINT64_C(500000000)

struct queued {
	uint64_t time_ns;
	const uint8_t *data;
	uint32_t caplen;
	uint32_t len;
};

struct interface {
	struct onpath_source source;
	char *name;
	pcap_t *pcap; /* NULL: over */
	uint32_t linktype;
	bool nanoseconds;
	bool down;
	unsigned index; /* 0: any, which is no interface of its own */
	uint64_t number;
	uint8_t *bytes; /* of the queued packets: libpcap's are gone when its callback returns */
	size_t used;
	size_t at;
	size_t n;
	struct queued queue[BATCH];
	struct pcap_stat last;
	uint64_t received;
	uint64_t dropped;
	uint64_t interface_dropped;
	uint64_t lost_ns; /* when libpcap first said that it is gone; 0: it did not */
	char why[256];    /* to be told once the queue is empty */
};

struct live {
	struct interface *list;
	struct pollfd *fds;
	size_t n;
	int control; /* a socket to ask about interfaces with */
	uint64_t cared_ns;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* pcap_activate's answer in words that say what to do. 0 or -errno. */
static int explain(struct capture_problem *why, const struct interface *i, int status)
{
	char names[200];
	bool said = pcap_geterr(i->pcap)[0] != '\0';

	switch (status) {
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		problem_set(why, i->name,
			"no permission to capture: it needs root or the capability cap_net_raw "
			"(setcap cap_net_raw+ep on the program)");
		return -EPERM;
	case PCAP_ERROR_NO_SUCH_DEVICE:
		interfaces_name(names, sizeof names);
		problem_set(why, i->name, "no such interface; there are: %s", names);
		return -ENODEV;
	case PCAP_ERROR_IFACE_NOT_UP:
		problem_set(why, i->name, "the interface is down");
		return -ENETDOWN;
	default:
		problem_set(
			why, i->name, "%s", said ? pcap_geterr(i->pcap) : pcap_statustostr(status));
		return -EIO;
	}
}

static int activate(
	struct interface *i, struct capture_problem *why, const struct capture_options *options)
{
	char error[PCAP_ERRBUF_SIZE];
	uint32_t snaplen = options->snaplen > 0 && options->snaplen < PACKET_MAX ? options->snaplen
										 : PACKET_MAX;

	i->pcap = pcap_create(i->name, error);
	if (!i->pcap) {
		problem_set(why, i->name, "%s", error);
		return -ENODEV;
	}
	/* These fail only on handles that are already active, the last where the device cannot. */
	if (pcap_set_snaplen(i->pcap, (int)snaplen) < 0 ||
		pcap_set_promisc(i->pcap, options->promiscuous) < 0 ||
		pcap_set_timeout(i->pcap, GATHER_MS) < 0)
		return explain(why, i, PCAP_ERROR);
	if (options->buffer_bytes > 0 && options->buffer_bytes <= INT32_MAX &&
		pcap_set_buffer_size(i->pcap, (int)options->buffer_bytes) < 0)
		return explain(why, i, PCAP_ERROR);
	i->nanoseconds = pcap_set_tstamp_precision(i->pcap, PCAP_TSTAMP_PRECISION_NANO) == 0;
	int status = pcap_activate(i->pcap);
	if (status < 0)
		return explain(why, i, status);
	i->nanoseconds = pcap_get_tstamp_precision(i->pcap) == PCAP_TSTAMP_PRECISION_NANO;
	if (pcap_setnonblock(i->pcap, 1, error) < 0) {
		problem_set(why, i->name, "%s", error);
		return -EIO;
	}
	return 0;
}

/* Where the packets of all interfaces are mixed, the newer header also says of which each is. */
static void prefer_sll2(struct interface *i)
{
	if (pcap_datalink(i->pcap) == DLT_LINUX_SLL)
		(void)!pcap_set_datalink(i->pcap, DLT_LINUX_SLL2); /* else it stays as it is */
	i->linktype = linktype_of_dlt(pcap_datalink(i->pcap));
}

static int set_filter(struct interface *i, struct capture_problem *why, const char *filter)
{
	struct bpf_program bpf;

	if (!filter)
		return 0;
	if (pcap_compile(i->pcap, &bpf, filter, 1, PCAP_NETMASK_UNKNOWN) < 0) {
		problem_set(why, i->name, "filter: %s", pcap_geterr(i->pcap));
		return -EINVAL;
	}
	int status = pcap_setfilter(i->pcap, &bpf);
	pcap_freecode(&bpf);
	if (status < 0)
		problem_set(why, i->name, "filter: %s", pcap_geterr(i->pcap));
	return status < 0 ? -EIO : 0;
}

static int interface_init(struct interface *i, struct capture_problem *why, const char *name,
	const struct capture_options *options)
{
	i->name = strdup(name);
	i->bytes = malloc(BATCH_BYTES);
	if (!i->name || !i->bytes)
		return -ENOMEM;
	i->source = (struct onpath_source) { .name = i->name, .live = true };
	int err = activate(i, why, options);
	if (err)
		return err;
	prefer_sll2(i);
	i->index = strcmp(name, "any") == 0 ? 0 : if_nametoindex(name);
	return set_filter(i, why, options->filter);
}

int live_new(struct live **out, struct capture_problem *why, const char *const *interfaces,
	size_t n, const struct capture_options *options)
{
	CLEANUP(live_free) struct live *live = calloc(1, sizeof *live);

	if (!live)
		return -ENOMEM;
	live->control = -1;
	live->list = calloc(n, sizeof *live->list);
	live->fds = calloc(n, sizeof *live->fds);
	if (n == 0 || !live->list || !live->fds)
		return n == 0 ? -EINVAL : -ENOMEM;
	live->control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (; live->n < n; live->n++) {
		/* Counted before it is whole, so that it is freed. */
		struct interface *i = &live->list[live->n];
		int err = interface_init(i, why, interfaces[live->n], options);
		if (err) {
			live->n++;
			return err;
		}
		live->fds[live->n].fd = pcap_get_selectable_fd(i->pcap);
		live->fds[live->n].events = POLLIN;
	}
	*out = TAKE(live);
	return 0;
}

/* Adds what was counted since the last call; libpcap's counters have 32 bits and wrap. */
static void interface_count(struct interface *i)
{
	struct pcap_stat now;

	if (!i->pcap || pcap_stats(i->pcap, &now) < 0)
		return;
	i->received += now.ps_recv - i->last.ps_recv;
	i->dropped += now.ps_drop - i->last.ps_drop;
	i->interface_dropped += now.ps_ifdrop - i->last.ps_ifdrop;
	i->last = now;
}

static void interface_close(struct live *live, struct interface *i)
{
	if (!i->pcap)
		return;
	interface_count(i);
	pcap_close(i->pcap);
	i->pcap = NULL;
	live->fds[i - live->list].fd = -1;
}

/* what may be libpcap's text, which goes with the handle. */
static void interface_lost(struct live *live, struct interface *i, const char *what)
{
	(void)snprintf(i->why, sizeof i->why, "%s", what);
	interface_close(live, i);
}

/* libpcap gave up on it: at once after a deletion, while packets of the last moment are still being
 * gathered. */
static void interface_failed(struct live *live, struct interface *i)
{
	uint64_t now = now_ns();

	if (i->lost_ns == 0)
		i->lost_ns = now;
	live->fds[i - live->list].fd = -1; /* it would wake us all the time */
	const char *what = pcap_geterr(i->pcap);
	if (now - i->lost_ns > LAST_NS)
		interface_lost(live, i, what[0] != '\0' ? what : "The interface disappeared");
}

/* libpcap's callback: the data is the kernel's again when it returns. */
static void queue_packet(u_char *user, const struct pcap_pkthdr *h, const u_char *data)
{
	struct interface *i = (struct interface *)(void *)user;
	uint32_t caplen = h->caplen < PACKET_MAX ? h->caplen : PACKET_MAX;

	if (i->n == BATCH || caplen > BATCH_BYTES - i->used)
		return; /* cannot be: see the end of this function and BATCH of pcap_dispatch */
	uint8_t *copy = i->bytes + i->used;
	if (caplen > 0)
		memcpy(copy, data, caplen);
	i->used += caplen;
	i->queue[i->n++] = (struct queued) {
		.time_ns = (uint64_t)h->ts.tv_sec * 1000000000 +
			   (uint64_t)h->ts.tv_usec * (i->nanoseconds ? 1 : 1000),
		.data = copy,
		.caplen = caplen,
		.len = h->len > caplen ? h->len : caplen,
	};
	if (BATCH_BYTES - i->used < PACKET_MAX)
		pcap_breakloop(i->pcap);
}

/* Takes a batch of every interface whose last one is used up. True: there is a packet. */
static bool fill(struct live *live)
{
	bool any = false;

	for (size_t k = 0; k < live->n; k++) {
		struct interface *i = &live->list[k];

		if (i->pcap && i->at == i->n) {
			i->at = 0;
			i->n = 0;
			i->used = 0;
			int done = pcap_dispatch(i->pcap, BATCH, queue_packet, (u_char *)i);
			/* An interface that is down is an error of some versions only; care() tells
			 * it. */
			if (done < 0 && done != PCAP_ERROR_BREAK)
				interface_failed(live, i);
		}
		any = any || i->at < i->n;
	}
	return any;
}

/* The earliest of the packets at hand. */
static bool take(struct live *live, struct onpath_packet *out)
{
	struct interface *first = NULL;

	for (size_t k = 0; k < live->n; k++) {
		struct interface *i = &live->list[k];

		if (i->at < i->n &&
			(!first || i->queue[i->at].time_ns < first->queue[first->at].time_ns))
			first = i;
	}
	if (!first)
		return false;
	const struct queued *q = &first->queue[first->at++];
	*out = (struct onpath_packet) {
		.time_ns = q->time_ns,
		.data = q->data,
		.caplen = q->caplen,
		.len = q->len,
		.linktype = first->linktype,
		.number = ++first->number,
		.source = &first->source,
	};
	return true;
}

/* Whether an interface is there and up, by its index: its name may change. */
static void look_after(struct live *live, struct interface *i)
{
	struct ifreq request = { .ifr_ifindex = (int)i->index };

	if (!i->pcap || i->index == 0 || live->control < 0 || i->lost_ns > 0)
		return;
	if (ioctl(live->control, SIOCGIFNAME, &request) < 0) {
		if (errno == ENODEV || errno == ENXIO)
			interface_failed(live, i);
		return;
	}
	if (ioctl(live->control, SIOCGIFFLAGS, &request) < 0)
		return;
	bool down = ((unsigned)request.ifr_flags & IFF_UP) == 0;
	if (down && !i->down)
		(void)snprintf(i->why, sizeof i->why, "the interface is down; waiting for it");
	i->down = down;
}

static void care(struct live *live)
{
	uint64_t now = now_ns();

	if (now - live->cared_ns < CARE_NS)
		return;
	live->cared_ns = now;
	for (size_t k = 0; k < live->n; k++)
		look_after(live, &live->list[k]);
}

/* Something to tell of an interface whose packets are all told. */
static bool tell(struct live *live, struct capture_problem *why)
{
	for (size_t k = 0; k < live->n; k++) {
		struct interface *i = &live->list[k];

		if (i->why[0] == '\0' || i->at < i->n)
			continue;
		problem_set(why, i->name, "%s", i->why);
		i->why[0] = '\0';
		return true;
	}
	return false;
}

static bool over(const struct live *live)
{
	for (size_t k = 0; k < live->n; k++)
		if (live->list[k].pcap)
			return false;
	return true;
}

/* Waits for packets, with our own timeout: that of libpcap never ends on an idle link. */
static void live_wait(struct live *live, int timeout_ms)
{
	bool deaf = false;

	for (size_t k = 0; k < live->n; k++)
		deaf = deaf || (live->list[k].pcap && live->fds[k].fd < 0);
	if (deaf && timeout_ms > GATHER_MS)
		timeout_ms =
			GATHER_MS; /* a device that cannot be waited for is asked now and then */
	(void)poll(live->fds, (nfds_t)live->n, timeout_ms); /* EINTR: the caller looks at signals */
}

enum capture_next live_next(
	struct live *live, struct onpath_packet *out, struct capture_problem *why, int timeout_ms)
{
	if (take(live, out))
		return CAPTURE_PACKET;
	for (bool waited = false;; waited = true) {
		care(live);
		bool any = fill(live);
		if (any && take(live, out))
			return CAPTURE_PACKET;
		if (tell(live, why))
			return CAPTURE_PROBLEM;
		if (over(live))
			return CAPTURE_END;
		if (waited)
			return CAPTURE_IDLE;
		live_wait(live, timeout_ms);
	}
}

void live_counts(struct live *live, struct capture_counts *out)
{
	for (size_t k = 0; k < live->n; k++) {
		struct interface *i = &live->list[k];

		interface_count(i);
		out->kernel_received += i->received;
		out->kernel_dropped += i->dropped;
		out->interface_dropped += i->interface_dropped;
	}
}

void live_free(struct live *live)
{
	if (!live)
		return;
	for (size_t k = 0; k < live->n; k++) {
		struct interface *i = &live->list[k];

		if (i->pcap)
			pcap_close(i->pcap);
		free(i->name);
		free(i->bytes);
	}
	if (live->control >= 0)
		(void)close(live->control);
	free(live->list);
	free(live->fds);
	free(live);
}
