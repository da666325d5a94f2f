/* What can be captured on this machine, for the user to choose from. */
#include "capture/interfaces.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "capture/operands.h"

/* What libpcap offers beside network interfaces; nfqueue would even hold the packets up. */
static bool is_network(const char *name)
{
	static const char *const others[] = { "bluetooth", "dbus-", "nfqueue", "usbmon" };

	for (size_t k = 0; k < sizeof others / sizeof others[0]; k++)
		if (strncmp(name, others[k], strlen(others[k])) == 0)
			return false;
	return true;
}

void interfaces_name(char *out, size_t size)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_if_t *all = NULL;
	size_t used = 0;

	out[0] = '\0';
	if (pcap_findalldevs(&all, error) < 0)
		return;
	for (const pcap_if_t *one = all; one && used < size; one = one->next)
		if (is_network(one->name))
			used += (size_t)snprintf(
				out + used, size - used, "%s%s", used > 0 ? ", " : "", one->name);
	pcap_freealldevs(all);
}

int capture_list(char **text, struct capture_problem *why)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_if_t *all = NULL;
	char *list = NULL;
	size_t size = 0;

	if (pcap_findalldevs(&all, error) < 0) {
		problem_set(why, "interfaces", "%s", error);
		return -EIO;
	}
	FILE *out = open_memstream(&list, &size);
	for (const pcap_if_t *one = all; out && one; one = one->next)
		if (is_network(one->name))
			(void)fprintf(out, "%s%s%s%s\n", one->name, one->description ? "\t" : "",
				one->description ? one->description : "",
				(one->flags & PCAP_IF_UP) ? "" : "\t(down)");
	pcap_freealldevs(all);
	if (!out || fclose(out) != 0) {
		free(list);
		problem_set(why, "interfaces", "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	*text = list;
	return 0;
}
