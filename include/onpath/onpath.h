/* All of libonpath. See libonpath(3). */
#ifndef ONPATH_ONPATH_H
#define ONPATH_ONPATH_H

#include <onpath/engine.h>
#include <onpath/event.h>
#include <onpath/packet.h>
#include <onpath/stats.h>

#endif
