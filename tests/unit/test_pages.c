/* util/pages: memory that is aligned, zeroed and does not overlap. */
#include "check.h"

#include "util/pages.h"

static void pages_are_zeroed_and_aligned(void **state)
{
	(void)state;
	static const size_t sizes[] = { 1, 64, 100000, PAGES_CHUNK, PAGES_CHUNK + 1,
		5 * PAGES_CHUNK };

	for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		unsigned char *p = pages_new(sizes[i]);
		CHECK(p);
		CHECK_INT((uintptr_t)p % 64, 0);
		for (size_t at = 0; at < sizes[i]; at++)
			if (p[at] != 0)
				fail();
		memset(p, 0xff, sizes[i]);
		pages_free(p, sizes[i]);
	}
	CHECK(!pages_new(SIZE_MAX));
	pages_free(NULL, PAGES_CHUNK);
}

static void blocks_do_not_overlap(void **state)
{
	(void)state;
	enum { BLOCKS = 20000, SIZE = 256 };
	struct pool pool = { .size = SIZE };
	static unsigned char *blocks[BLOCKS];

	for (unsigned i = 0; i < BLOCKS; i++) {
		blocks[i] = pool_take(&pool);
		CHECK(blocks[i]);
		CHECK_INT((uintptr_t)blocks[i] % 64, 0);
		memset(blocks[i], (int)(i & 0xff), SIZE);
	}
	for (unsigned i = 0; i < BLOCKS; i++)
		for (unsigned at = 0; at < SIZE; at++)
			if (blocks[i][at] != (i & 0xff))
				fail();
	/* What is given back is given out again. */
	pool_give(&pool, blocks[7]);
	pool_give(&pool, NULL);
	CHECK(pool_take(&pool) == blocks[7]);
	pool_deinit(&pool);
	pool_deinit(&pool);
}

RUN(test(pages_are_zeroed_and_aligned), test(blocks_do_not_overlap))
