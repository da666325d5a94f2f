/* One capture file, of any format we read: bytes in, packets out. */
#include "capture/file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Bytes that tell every format. */
#define MAGIC_BYTES 8

static const struct format *const formats[] = { &pcap_format, &pcapng_format, &snoop_format };

/* What else it may be, to say so instead of four numbers. */
static const struct {
	const char *magic;
	size_t n;
	const char *name;
} others[] = {
	{ "\xfd"
	  "7zXZ",
		5, "compressed with xz" },
	{ "BZh", 3, "compressed with bzip2" },
	{ "\x04\x22\x4d\x18", 4, "compressed with lz4" },
	{ "PK\x03\x04", 4, "a zip archive" },
	{ "\x28\xb5\x2f\xfd", 4, "compressed twice" },
	{ "\x1f\x8b", 2, "compressed twice" },
	{ "RTSS", 4, "a capture of Microsoft Network Monitor 1" },
	{ "GMBU", 4, "a capture of Microsoft Network Monitor 2" },
	{ "XCP\0", 4, "a capture of NetXRay or Sniffer" },
	{ "TRSNIFF ", 8, "a capture of Sniffer" },
};

static const struct format *recognise(struct wire start)
{
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (formats[i]->is(start))
			return formats[i];
	return NULL;
}

int file_init_fd(
	struct file *f, const struct onpath_source *source, int fd, size_t block, bool follow)
{
	*f = (struct file) { .source = source };
	return reader_init_fd(&f->in, fd, block, follow);
}

int file_init_memory(
	struct file *f, const struct onpath_source *source, struct wire memory, size_t block)
{
	*f = (struct file) { .source = source };
	return reader_init_memory(&f->in, memory, block);
}

void file_deinit(struct file *f)
{
	if (f->format && f->format->close)
		f->format->close(f);
	reader_deinit(&f->in);
	*f = (struct file) { .over = true };
}

static enum next file_over(struct file *f)
{
	f->over = true;
	f->quick = false;
	return NEXT_BAD;
}

enum next file_broken(struct file *f, uint64_t offset, const char *reason, ...)
{
	char text[200];
	va_list args;

	va_start(args, reason);
	(void)vsnprintf(text, sizeof text, reason, args);
	va_end(args);
	(void)snprintf(f->why, sizeof f->why, "byte %" PRIu64 ": %s", offset, text);
	return file_over(f);
}

enum next file_cut(struct file *f, const char *in_what, ...)
{
	char text[64];
	va_list args;

	va_start(args, in_what);
	(void)vsnprintf(text, sizeof text, in_what, args);
	va_end(args);
	uint64_t end = reader_offset(&f->in) + reader_have(&f->in);
	if (f->in.why[0] != '\0')
		return file_broken(f, end, "%s, in the middle of %s", f->in.why, text);
	return file_broken(f, end, "the file ends in the middle of %s", text);
}

enum next file_need_or_end(struct file *f, size_t n)
{
	enum next more = reader_need(&f->in, n);

	if (more != NEXT_BAD)
		return more;
	if (reader_have(&f->in) > 0)
		return file_cut(f, "packet %" PRIu64, f->number + 1);
	if (f->in.why[0] != '\0')
		return file_broken(f, reader_offset(&f->in), "%s", f->in.why);
	return file_over(f);
}

enum next file_packet(struct file *f, struct onpath_packet *out, const struct record *record,
	size_t header, size_t whole)
{
	enum next more = reader_need(&f->in, whole);
	uint32_t caplen = record->caplen;

	if (more == NEXT_MORE)
		return more;
	if (more == NEXT_BAD) { /* what the file still has of it is handed out, and may be the
				   certificate */
		size_t there = reader_have(&f->in) - header;

		(void)file_cut(f, "packet %" PRIu64, f->number + 1);
		if (there == 0)
			return NEXT_BAD;
		caplen = caplen < there ? caplen : (uint32_t)there;
		whole = reader_have(&f->in);
	}
	*out = (struct onpath_packet) {
		.time_ns = record->time_ns,
		.data = f->in.at + header,
		.caplen = caplen,
		.len = record->len > record->caplen ? record->len : record->caplen,
		.linktype = record->linktype,
		.number = ++f->number,
		.source = f->source,
	};
	reader_take(&f->in, whole);
	return NEXT_READY;
}

static enum next unknown(struct file *f, struct wire start)
{
	char hex[3 * MAGIC_BYTES + 1];

	if (f->in.why[0] != '\0')
		return file_broken(f, 0, "%s", f->in.why);
	if (start.n == 0)
		return file_broken(f, 0, "the file is empty");
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (wire_starts(start, others[i].magic, others[i].n))
			return file_broken(f, 0, "%s, which is not supported", others[i].name);
	for (size_t i = 0; start.n > 0; i += 3)
		(void)snprintf(hex + i, 4, " %02x", wire_u8(&start));
	return file_broken(f, 0, "not a capture file: it begins with%s", hex);
}

static enum next file_open(struct file *f)
{
	enum next more = reader_need(&f->in, MAGIC_BYTES);

	if (more == NEXT_MORE)
		return more;
	if (!f->format) {
		size_t have = reader_have(&f->in);
		struct wire start = reader_wire(&f->in, have < MAGIC_BYTES ? have : MAGIC_BYTES);

		f->format = recognise(start);
		if (!f->format)
			return unknown(f, start);
	}
	more = f->format->open(f);
	f->open = more == NEXT_READY;
	return more;
}

enum next file_next(struct file *f, struct onpath_packet *out)
{
	if (f->over)
		return NEXT_BAD;
	if (!f->open) {
		enum next more = file_open(f);

		if (more != NEXT_READY)
			return more;
	}
	return f->format->next(f, out);
}
