#pragma once

namespace arauto {

/// Empties a container and frees its memory, which assigning `{}` does not.
template <class Container>
void give_back(Container& x) {
  Container{}.swap(x);
}

} // namespace arauto
