#pragma once

/// All of what actors say to each other.
#include "actors/interfaces.hpp"
#include "actors/messages/administration.hpp"
#include "actors/messages/events.hpp"
#include "actors/messages/packets.hpp"
#include "actors/messages/replay.hpp"
#include "actors/messages/sessions.hpp"
