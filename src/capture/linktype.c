/* What a link is called: LINKTYPE_ in files, DLT_ in libpcap, another number in snoop. */
#include "capture/linktype.h"

#include <pcap/dlt.h>
#include <stddef.h>

/* Where the two differ on Linux; everywhere else they are equal. */
static const struct {
	uint32_t linktype;
	int dlt;
} differ[] = {
	{ 100, DLT_ATM_RFC1483 },
	{ 101, DLT_RAW },
	{ 102, DLT_SLIP_BSDOS },
	{ 103, DLT_PPP_BSDOS },
	{ 106, DLT_ATM_CLIP },
};

#define DIFFER         (sizeof differ / sizeof differ[0])
#define RAW_OF_OPENBSD 14

uint32_t linktype_of_dlt(int dlt)
{
	for (size_t i = 0; i < DIFFER; i++)
		if (differ[i].dlt == dlt)
			return differ[i].linktype;
	return (uint32_t)dlt;
}

int linktype_to_dlt(uint32_t linktype)
{
	for (size_t i = 0; i < DIFFER; i++)
		if (differ[i].linktype == linktype)
			return differ[i].dlt;
	return (int)linktype;
}

uint32_t linktype_of_file(uint32_t value)
{
	/* draft-ietf-opsawg-pcap 4: the lower half; above it stand the length of an FCS and
	 * reserved bits. */
	int type = (int)(value & 0xffff);

	return linktype_of_dlt(type == RAW_OF_OPENBSD ? DLT_RAW : type);
}

bool linktype_of_snoop(uint32_t *out, uint32_t value)
{
	static const struct {
		uint32_t snoop;
		uint32_t linktype;
	} known[] = {
		{ 0, 1 },    /* IEEE 802.3 */
		{ 2, 6 },    /* IEEE 802.5, token ring */
		{ 4, 1 },    /* Ethernet */
		{ 8, 10 },   /* FDDI */
		{ 18, 123 }, /* classical IP over ATM, behind a header of Sun's */
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (known[i].snoop != value)
			continue;
		*out = known[i].linktype;
		return true;
	}
	return false;
}
