package policy

import "slices"

// Objects are the objects that policies are declared in, each by kind and name:
// "VirtualService/shop/pricing".
type Objects []string

// With returns o and those of more that it does not have. Neither is changed.
func (o Objects) With(more Objects) Objects {
	if len(o) == 0 {
		return more
	}
	for _, object := range more {
		if !slices.Contains(o, object) {
			o = append(slices.Clip(o), object)
		}
	}
	return o
}
