/* One capture file, of any format we read: bytes in, packets out. */
#ifndef CAPTURE_FILE_H
#define CAPTURE_FILE_H

#include <onpath/packet.h>

#include "capture/pcapfile.h"
#include "capture/pcapng.h"
#include "capture/reader.h"
#include "capture/snoop.h"
#include "util/limits.h"

struct file;

/* A format: known by its first bytes. The functions answer as file_next does. */
struct format {
	bool (*is)(struct wire start);
	enum next (*open)(struct file *f); /* reads what stands before the packets */
	enum next (*next)(struct file *f, struct onpath_packet *out);
	void (*close)(struct file *f); /* or NULL */
};

extern const struct format pcap_format;
extern const struct format pcapng_format;
extern const struct format snoop_format;

struct file {
	struct reader in;
	const struct format *format; /* NULL: not recognised yet */
	bool quick;                  /* pcapfile_quick may be tried */
	bool open;                   /* the header was read */
	bool over;
	union {
		struct pcapfile pcap;
		struct pcapng ng;
		struct snoop snoop;
	};
	const struct onpath_source *source;
	uint64_t number; /* packets handed out so far */
	char why[256];   /* when over: what is wrong with the file; empty: nothing */
};

/* Reads fd, which it owns from here on, also when this fails. source is borrowed until file_deinit.
 * 0 or -errno. */
CHECKED int file_init_fd(
	struct file *f, const struct onpath_source *source, int fd, size_t block, bool follow);

/* Reads memory that is borrowed until file_deinit. 0 or -errno. */
CHECKED int file_init_memory(
	struct file *f, const struct onpath_source *source, struct wire memory, size_t block);

void file_deinit(struct file *f);

/*
 * NEXT_READY: *out is the next packet, valid until the next call. NEXT_MORE: not there yet, see
 * reader_wait. NEXT_BAD: the file is over, as f->why says.
 */
enum next file_next(struct file *f, struct onpath_packet *out);

/*
 * The short way to the next packet of a pcap file, for the many: it is whole in the buffer and
 * nothing is odd about it. Only where f->quick. False: nothing happened, call file_next.
 */
static inline bool file_quick(struct file *f, struct onpath_packet *out)
{
	const uint8_t *at = f->in.at;
	size_t have = reader_have(&f->in);
	size_t header = f->pcap.record;

	if (have < header)
		return false;
	struct pcap_record r = pcap_record_read(&f->pcap, at);
	if (r.caplen > have - header || r.caplen > r.len || r.caplen > PACKET_MAX)
		return false;
	out->time_ns = r.time_ns;
	out->data = at + header;
	out->caplen = r.caplen;
	out->len = r.len;
	out->linktype = f->pcap.linktype;
	out->number = ++f->number;
	out->source = f->source;
	f->in.at = at + header + r.caplen;
	return true;
}

/* For the formats: */

/* Gives up at offset for the reason given. NEXT_BAD always. */
__attribute__((format(printf, 3, 4))) enum next file_broken(
	struct file *f, uint64_t offset, const char *reason, ...);

/* The input is over although more belongs to the thing named ("packet 3"). NEXT_BAD always. */
__attribute__((format(printf, 2, 3))) enum next file_cut(struct file *f, const char *in_what, ...);

/* At the beginning of a packet, where the input may end: then NEXT_BAD without a reason; else as
 * reader_need. */
enum next file_need_or_end(struct file *f, size_t n);

/* One packet of a file as its header tells it; data not yet checked to be there. */
struct record {
	uint64_t time_ns;
	uint32_t caplen;
	uint32_t len;
	uint32_t linktype;
};

/*
 * The packet whose data stands behind its header of header bytes at f->in.at, whole bytes in all. A
 * packet that the end of the file cuts short is given with what is there.
 */
enum next file_packet(struct file *f, struct onpath_packet *out, const struct record *record,
	size_t header, size_t whole);

#endif
