// libsodium: random tokens, their hashes, and comparing them in constant time. <https://doc.libsodium.org/>
#pragma once
#include <sodium.h>
