/* Pieces of Suricata's EVE records that several event types share. */
#ifndef OUTPUT_EVE_H
#define OUTPUT_EVE_H

#include "output/json_cert.h"
#include "output/render_cache.h"
#include "output/sink.h"

struct eve {
	struct text record;
	struct render_cache leaves; /* the server's certificate in the fields of tls{} */
	unsigned level;             /* Suricata's major version: 7 or 8 */
	enum detail wanted;         /* by the user */
	enum detail detail;         /* of this record: less where more would not fit */
};

/* "2014-03-13T21:45:26.862484+0000": the zone without a colon, as the schema demands; always UTC.
 */
void eve_time(struct text *j, uint64_t ns);

/* A name or other text of ours and of strangers mixed, with its key; nothing if there is none. */
void eve_text(struct text *j, const char *key, const char *s);

/* "tls":{…} or, for QUIC, "quic":{…}. */
void eve_put_tls(struct eve *f, const struct onpath_connection *c);
void eve_put_quic(struct eve *f, const struct onpath_connection *c);

/* "alert":{…} for suspect and worse. */
void eve_put_alert(struct eve *f, const struct onpath_connection *c);

/* The whole record. */
void eve_put_stats(struct text *j, const struct sink_stats *stats);

#endif
