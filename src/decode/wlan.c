/* Takes 802.11 frames and the headers that capture cards put before them; gives the LLC frame they
 * carry. */
#include "decode/internal.h"

enum { FLAG_TO_DS = 0x01, FLAG_FROM_DS = 0x02, FLAG_PROTECTED = 0x40, FLAG_ORDER = 0x80 };
enum { SUBTYPE_NO_DATA = 0x40, SUBTYPE_QOS = 0x80 };
enum { QOS_AMSDU = 0x0080, QOS_MESH = 0x0100 };

/* IEEE 802.11 9.2.4.8.3: flags, hops, sequence number and up to two more addresses. */
static void mesh_control(struct wire *bytes)
{
	uint8_t extension = wire_u8(bytes) & 3;

	wire_skip(bytes, 5 + extension * 6u);
}

/* IEEE 802.11 9.2.3: the header behind the frame control; false if no data follows. Lengths are
 * counted for the pad. */
static bool data_header(struct walk *walk, uint8_t kind, uint8_t flags, bool padded)
{
	size_t header = 24;
	uint16_t qos = 0;
	bool four_addresses = (flags & FLAG_TO_DS) && (flags & FLAG_FROM_DS);

	wire_skip(&walk->bytes, 22);
	if (four_addresses) {
		wire_skip(&walk->bytes, 6);
		header += 6;
	}
	if (kind & SUBTYPE_QOS) {
		qos = (uint16_t)wire_uint_le(&walk->bytes, 2);
		header += 2;
		if (flags & FLAG_ORDER) {
			wire_skip(&walk->bytes, 4);
			header += 4;
		}
	}
	if (padded)
		wire_skip(&walk->bytes, (4 - header % 4) % 4);
	/* The number of the fragment is not looked at: controllers leave anything there, and later
	 * pieces have no LLC header. */
	if (kind & SUBTYPE_NO_DATA || flags & FLAG_PROTECTED)
		return false;
	if (four_addresses && qos & QOS_MESH)
		mesh_control(&walk->bytes);
	if (qos & QOS_AMSDU) /* several frames in one: two addresses and a length before each; the
				first is read */
		wire_skip(&walk->bytes, 14);
	return true;
}

/* Data frames only. Some controllers swap the two bytes of frame control in CAPWAP; the type tells.
 */
static void wlan_frame(struct walk *walk, bool padded)
{
	uint8_t kind = wire_u8(&walk->bytes);
	uint8_t flags = wire_u8(&walk->bytes);

	if ((kind & 0x0f) != 0x08 && (flags & 0x0f) == 0x08) {
		uint8_t swapped = kind;
		kind = flags;
		flags = swapped;
	}
	if ((kind & 0x0f) != 0x08 || !data_header(walk, kind, flags, padded))
		return walk_end(walk, DECODE_OTHER);
	layer_llc(walk);
}

void layer_wlan(struct walk *walk)
{
	wlan_frame(walk, false);
}

/* radiotap.org: version, length, bits of the fields that are there; we want the flags, which say
 * whether a pad follows. */
void layer_radiotap(struct walk *walk)
{
	struct wire header = walk->bytes;
	wire_skip(&header, 2);
	uint16_t length = (uint16_t)wire_uint_le(&header, 2);
	size_t at = 4;
	uint32_t first = 0;
	uint32_t present;

	header = wire_cut(&walk->bytes, length);
	wire_skip(&header, 4);
	do {
		present = (uint32_t)wire_uint_le(&header, 4);
		first = at == 4 ? present : first;
		at += 4;
	} while (present >> 31);
	if (first & 1) /* time, aligned to its eight bytes */
		wire_skip(&header, 8 + (8 - at % 8) % 8);
	uint8_t flags = first & 2 ? wire_u8(&header) : 0;
	if (header.bad)
		return walk_end(walk, DECODE_INVALID);
	wlan_frame(walk, flags & 0x20);
}

/* The AVS header: magic, its length. */
void layer_avs(struct walk *walk)
{
	wire_skip(&walk->bytes, 4);
	uint32_t length = wire_u32(&walk->bytes);

	if (length < 8)
		return walk_end(walk, DECODE_INVALID);
	wire_skip(&walk->bytes, length - 8);
	wlan_frame(walk, false);
}

/* The Prism II monitor header is 144 bytes in the byte order of the sensor; some drivers put an AVS
 * header in its place. */
void layer_prism(struct walk *walk)
{
	struct wire peek = walk->bytes;

	if (wire_u32(&peek) >> 4 == 0x8021100)
		return layer_avs(walk);
	wire_skip(&walk->bytes, 144);
	wlan_frame(walk, false);
}
