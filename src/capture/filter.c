/* A BPF expression applied to packets of any link type; compiled by libpcap once for each. */
#include "capture/filter.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "capture/linktype.h"
#include "util/limits.h"

struct program {
	uint32_t linktype;
	struct bpf_program bpf;
};

struct filter {
	char *text;
	struct program *programs;
	size_t n;
	size_t last; /* the one used last, which is nearly always the next */
	char why[PCAP_ERRBUF_SIZE];
};

int filter_new(struct filter **out, const char *text)
{
	CLEANUP(filter_free) struct filter *filter = calloc(1, sizeof *filter);

	if (!filter || !(filter->text = strdup(text)))
		return -ENOMEM;
	*out = TAKE(filter);
	return 0;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	for (size_t i = 0; i < filter->n; i++)
		pcap_freecode(&filter->programs[i].bpf);
	free(filter->programs);
	free(filter->text);
	free(filter);
}

/* Compiles for a link type not seen before. NULL and why: it does not, or no memory. */
static struct program *program_add(struct filter *filter, uint32_t linktype)
{
	struct program *more = reallocarray(filter->programs, filter->n + 1, sizeof *more);
	if (!more) {
		(void)snprintf(filter->why, sizeof filter->why, "%s", strerror(ENOMEM));
		return NULL;
	}
	filter->programs = more;
	pcap_t *dead = pcap_open_dead(linktype_to_dlt(linktype), PACKET_MAX);
	if (!dead) {
		(void)snprintf(filter->why, sizeof filter->why, "%s", strerror(ENOMEM));
		return NULL;
	}
	struct program *p = &more[filter->n];
	*p = (struct program) { .linktype = linktype };
	bool compiled = pcap_compile(dead, &p->bpf, filter->text, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!compiled)
		(void)snprintf(filter->why, sizeof filter->why, "%s", pcap_geterr(dead));
	pcap_close(dead);
	if (!compiled)
		return NULL;
	filter->last = filter->n++;
	return p;
}

static struct program *program_of(struct filter *filter, uint32_t linktype)
{
	if (filter->n > 0 && filter->programs[filter->last].linktype == linktype)
		return &filter->programs[filter->last];
	for (size_t i = 0; i < filter->n; i++)
		if (filter->programs[i].linktype == linktype) {
			filter->last = i;
			return &filter->programs[i];
		}
	return program_add(filter, linktype);
}

enum filter_answer filter_packet(struct filter *filter, const struct onpath_packet *packet)
{
	const struct program *p = program_of(filter, packet->linktype);
	const struct pcap_pkthdr header = { .caplen = packet->caplen, .len = packet->len };

	if (!p)
		return FILTER_CANNOT;
	return pcap_offline_filter(&p->bpf, &header, packet->data) != 0 ? FILTER_PASS : FILTER_DROP;
}

int filter_check(struct filter *filter, uint32_t linktype)
{
	return program_of(filter, linktype) ? 0 : -EINVAL;
}

const char *filter_why(const struct filter *filter)
{
	return filter->why;
}
