package link

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// A reason is why an address in a setting proves a call to a certain strength.
type reason uint8

const (
	resolves       reason = iota // the service is configured with the address
	bareArgument                 // a bare word on a command line may be anything
	browserSetting               // the address is compiled into pages: a browser may call it, and not the service
	ownEntrance                  // the address of the estate from outside: its own page, or a path through the gateway
	guessedUser                  // it is a guess that the service has the setting
	featureOff                   // another setting switches off what the setting is for
	sharedList                   // two programs have the same list, which lists them, too
	storeImage                   // a stock store or exporter has the variable, and does not read it
	commonList                   // three or more programs take the bundle with the address whole
	catalogue                    // a file lists many sites outside of the estate in one way
)

// strengths are by reason.
var strengths = [...]graph.Strength{
	resolves:       graph.Strong,
	bareArgument:   graph.Weak,
	browserSetting: graph.Weak,
	ownEntrance:    graph.Weak,
	guessedUser:    graph.Weak,
	featureOff:     graph.Weak,
	sharedList:     graph.Weak,
	storeImage:     graph.Allowed,
	commonList:     graph.Allowed,
	catalogue:      graph.Allowed,
}

func (r reason) strength() graph.Strength { return strengths[r] }

// A context is what is known of an address besides its text.
type context struct {
	entrance bool   // only a gateway answers there, to callers from outside
	guess    bool   // it is a guess that the service has the setting
	off      bool   // the setting belongs to a feature that is switched off
	store    bool   // a stock store has the setting, for what such a store does not call
	list     reason // sharedList, commonList or catalogue for an address in such a list, else resolves
}

// prove decides what a candidate proves where it resolves, and why: of several reasons
// the one that leaves the least, of equal ones the first of their list.
func prove(c *address.Candidate, in context) reason {
	least := resolves
	for _, r := range [...]struct {
		applies bool
		reason  reason
	}{
		{in.entrance, ownEntrance},
		{c.Doubt == address.BareArgument, bareArgument},
		{c.Doubt == address.BrowserSetting, browserSetting},
		{in.guess, guessedUser},
		{in.off, featureOff},
		{in.store, storeImage},
		{in.list != resolves, in.list},
	} {
		if r.applies && r.reason.strength() < least.strength() {
			least = r.reason
		}
	}
	return least
}
