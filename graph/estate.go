package graph

import "strings"

// EstateRealm is the realm of services that a part of the estate declares. They give way to what
// the inputs declare under the same name.
const EstateRealm = "estate"

// Has reports whether a place is in the part.
func (p *EstatePart) Has(o Origin) bool { return strings.HasPrefix(o.File(), p.File+":") }

// InEstate reports whether a place is in a part of the estate, and not in the inputs.
func (c *Coverage) InEstate(o Origin) bool {
	for i := range c.Estate {
		if c.Estate[i].Has(o) {
			return true
		}
	}
	return false
}

// OfEstate reports whether a service is declared, or addressed, by parts of the estate only.
func (c *Coverage) OfEstate(s *Service) bool {
	for _, o := range s.Origins {
		if !c.InEstate(o) {
			return false
		}
	}
	return len(c.Estate) > 0 && len(s.Origins) > 0
}
