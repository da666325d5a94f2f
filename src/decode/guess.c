/* Takes bytes without a label and says what they may be, for tunnels that do not tell. */
#include "decode/internal.h"

bool looks_ipv4(struct wire bytes, uint64_t left)
{
	uint8_t first = wire_u8(&bytes);
	wire_skip(&bytes, 1);
	uint16_t total = wire_u16(&bytes);
	unsigned header = (first & 15) * 4u;

	return !bytes.bad && first >> 4 == 4 && header >= 20 && total >= header && total <= left;
}

bool looks_ipv6(struct wire bytes, uint64_t left)
{
	uint32_t first = wire_u32(&bytes);
	uint16_t length = wire_u16(&bytes);

	return !bytes.bad && first >> 28 == 6 && length + 40u <= left;
}

bool looks_ip(struct wire bytes, uint64_t left)
{
	return looks_ipv4(bytes, left) || looks_ipv6(bytes, left);
}

bool looks_ethertype(struct wire bytes, uint64_t left, uint16_t type)
{
	switch (type) {
	case ETHERTYPE_IPV4:
		return looks_ipv4(bytes, left);
	case ETHERTYPE_IPV6:
		return looks_ipv6(bytes, left);
	case ETHERTYPE_ETHERNET:
		return looks_ethernet(bytes, left);
	default:
		return ethertype_known(type);
	}
}

bool looks_ethernet(struct wire bytes, uint64_t left)
{
	wire_skip(&bytes, 12);
	uint16_t type = wire_u16(&bytes);

	if (bytes.bad || left < ETHERNET_HEADER || type == ETHERTYPE_ETHERNET)
		return false;
	left -= ETHERNET_HEADER;
	if (type <= 1500) /* the length of all that follows, or of less than the shortest frame */
		return type > 0 && (type == left || (type < left && left <= 50));
	return looks_ethertype(bytes, left, type);
}
