/* Events of libyaml in, a tree in the memory out, with the place of every node. */
#include "policy/tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <yaml.h>

OWN_CLEANUP(yaml_parser_t *, yaml_parser_delete)

struct reader {
	yaml_parser_t yaml;
	struct memory *memory;
	struct onpath_error *error;
	unsigned depth;
};

int tree_error(struct onpath_error *error, const struct tree *at, const char *format, ...)
{
	va_list list;

	error->line = at ? at->line : 0;
	error->column = at ? at->column : 0;
	va_start(list, format);
	vsnprintf(error->message, sizeof error->message, format, list);
	va_end(list);
	return -EINVAL;
}

static int mark_error(struct reader *reader, yaml_mark_t mark, const char *message)
{
	struct tree at = { .line = (unsigned)mark.line + 1, .column = (unsigned)mark.column + 1 };

	return tree_error(reader->error, &at, "%s", message);
}

/* Fetches the next event; what the scanner or parser did not like becomes the error. */
static int next_event(struct reader *reader, yaml_event_t *event)
{
	if (yaml_parser_parse(&reader->yaml, event))
		return 0;
	if (reader->yaml.error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	return mark_error(reader, reader->yaml.problem_mark,
		reader->yaml.problem ? reader->yaml.problem : "not YAML");
}

static int node_new(
	struct tree **out, struct reader *reader, const yaml_event_t *event, enum tree_kind kind)
{
	struct tree *node = memory_get(reader->memory, sizeof *node);

	if (!node)
		return -ENOMEM;
	node->kind = kind;
	node->line = (unsigned)event->start_mark.line + 1;
	node->column = (unsigned)event->start_mark.column + 1;
	*out = node;
	return 0;
}

static int scalar(struct tree **out, struct reader *reader, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct tree *node;
	int r = node_new(&node, reader, event, TREE_SCALAR);

	if (r != 0)
		return r;
	if (memchr(text, '\0', len))
		return tree_error(reader->error, node, "a NUL byte in the text");
	node->text = memory_text(reader->memory, text, len);
	node->len = len;
	*out = node;
	return node->text ? 0 : -ENOMEM;
}

static int value(struct tree **out, struct reader *reader, yaml_event_t *event);

/* Reads nodes up to the end of the collection: its elements, or keys with their values. */
static int children(struct tree *node, struct reader *reader, yaml_event_type_t end)
{
	struct tree **tail = &node->first;

	for (;;) {
		yaml_event_t event;
		struct tree *child;
		int r = next_event(reader, &event);

		if (r != 0)
			return r;
		if (event.type == end) {
			yaml_event_delete(&event);
			return 0;
		}
		r = value(&child, reader, &event);
		if (r == 0 && node->kind == TREE_MAP) {
			if (child->kind != TREE_SCALAR)
				return tree_error(reader->error, child, "a key must be plain text");
			r = next_event(reader, &event);
			if (r == 0)
				r = value(&child->value, reader, &event);
		}
		if (r != 0)
			return r;
		*tail = child;
		tail = &child->next;
	}
}

/* Quadratic, so for maps that people write: those of our schema have ten keys. */
static int unique_keys(const struct tree *map, struct onpath_error *error)
{
	unsigned n = 0;

	for (const struct tree *key = map->first; key; key = key->next) {
		if (++n > 64)
			return tree_error(error, key, "too many keys");
		for (const struct tree *other = map->first; other != key; other = other->next)
			if (strcmp(other->text, key->text) == 0)
				return tree_error(error, key,
					"key \"%.64s\" is given twice, first in line %u", key->text,
					other->line);
	}
	return 0;
}

static int collection(
	struct tree **out, struct reader *reader, const yaml_event_t *event, enum tree_kind kind)
{
	int r = node_new(out, reader, event, kind);

	if (r != 0)
		return r;
	if (++reader->depth > POLICY_DEPTH_MAX)
		return tree_error(reader->error, *out, "nested too deeply");
	r = children(
		*out, reader, kind == TREE_LIST ? YAML_SEQUENCE_END_EVENT : YAML_MAPPING_END_EVENT);
	reader->depth--;
	if (r == 0 && kind == TREE_MAP)
		r = unique_keys(*out, reader->error);
	return r;
}

/* Consumes the event. */
static int value(struct tree **out, struct reader *reader, yaml_event_t *event)
{
	int r;

	switch (event->type) {
	case YAML_SCALAR_EVENT:
		r = scalar(out, reader, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		r = collection(out, reader, event, TREE_LIST);
		break;
	case YAML_MAPPING_START_EVENT:
		r = collection(out, reader, event, TREE_MAP);
		break;
	case YAML_ALIAS_EVENT:
		r = mark_error(reader, event->start_mark, "aliases are not known here");
		break;
	default:
		r = mark_error(reader, event->start_mark, "a value is expected here");
	}
	yaml_event_delete(event);
	return r;
}

static int documents(struct tree **out, struct reader *reader)
{
	struct tree **tail = out;

	for (;;) {
		yaml_event_t event;
		int r = next_event(reader, &event);

		if (r != 0)
			return r;
		yaml_event_type_t type = event.type;
		if (type != YAML_STREAM_START_EVENT && type != YAML_STREAM_END_EVENT &&
			type != YAML_DOCUMENT_START_EVENT && type != YAML_DOCUMENT_END_EVENT) {
			r = value(tail, reader, &event);
			if (r != 0)
				return r;
			tail = &(*tail)->next;
			continue;
		}
		yaml_event_delete(&event);
		if (type == YAML_STREAM_END_EVENT)
			return 0;
	}
}

int tree_read(struct tree **out, struct memory *memory, struct onpath_error *error,
	const char *yaml, size_t n)
{
	struct reader reader = { .memory = memory, .error = error };

	*out = NULL;
	if (n > POLICY_BYTES_MAX)
		return tree_error(error, NULL, "longer than %u bytes", POLICY_BYTES_MAX);
	if (!yaml_parser_initialize(&reader.yaml))
		return -ENOMEM;
	CLEANUP(yaml_parser_delete) yaml_parser_t *parser = &reader.yaml;
	yaml_parser_set_input_string(parser, (const unsigned char *)yaml, n);
	return documents(out, &reader);
}
