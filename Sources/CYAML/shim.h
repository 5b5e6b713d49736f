// libyaml, used as an event parser. <https://pyyaml.org/wiki/LibYAML>
#pragma once
#include <yaml.h>
