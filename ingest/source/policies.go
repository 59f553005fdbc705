package source

import (
	"bytes"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// policies are what the idioms of policies find in a file, until all of it is read.
type policies struct {
	requests []*request
	guards   []*guard
	clients  map[string][]*client // by variable
	names    map[string]bool      // variables of what is known
	seen     map[int]bool         // tokens that were read as a part of a policy
	loops    []loop
	wrappers []*wrapper
	sends    []send
	drafts   []*draft           // all that were begun
	given    map[string]*client // by the names of fields and parameters that are given clients which other files make
}

// A client is what requests are made with.
type client struct {
	family  *family
	own     []*draft // policies of all its requests, outermost first
	base    int      // the token that its base address begins with, -1 if it has none
	at      int
	unread  int  // a token at which something of it cannot be read, -1
	process bool // it is the one that all of the program share
	given   bool // another file makes it
}

// A family is the requests that one library makes.
type family struct {
	product *policy.Product
	shared  string // the name under which a program may set defaults for all its requests; "" if it cannot
	options []option
	// send reads the request of a client by a method, whose arguments open at a token; nil if it is none.
	send func(f *file, method string, at, open int) *request
}

// A request is a call that a client makes.
type request struct {
	at, from, to int // the token of its place, and those of what it takes
	target       int // the token that its address begins with, -1 if that is elsewhere
	methods      []string
	client       *client
	own          []*draft // policies of this request, before those of its client
	options      int      // the token of its options, -1 if it has none
	unread       int
}

// A guard is a policy for the requests between two tokens.
type guard struct {
	*draft
	from, to int
	name     string          // requests have to name it among what they take; "" is any
	instead  [2]int          // the tokens of what is done when they fail; 0 if nothing is
	last     *graph.CodeStep // the answer that it makes itself, if it does
	used     bool            // it acts on some request
	outside  [][2]int        // of the requests in between those that it is not for
}

// A draft is a policy of the code while it is read.
type draft struct {
	f  *file
	p  graph.CodePolicy
	at int // its token
	// unread is a token at which the code has something for the policy that cannot be read, -1 if there is none.
	unread int
	bound  bool // it acts on a place, or is shown for other files
	placed bool // it acts on a place that is more than the use of a type
}

// A measure is what a number of an option counts.
type measure uint8

const (
	millis  measure = iota // a time; a bare number is milliseconds
	seconds                // the same in seconds
	nanos                  // the same in nanoseconds
	count                  // a number
	tries                  // a number of attempts, the first one included
	percent                // a share of 100
	ratio                  // a share of 1
	factor                 // a number with a fraction
)

// zero is what 0 means for an option.
type zero uint8

const (
	zeroActs zero = iota // the same as any number
	zeroOff              // there is none
	zeroNone             // the option counts as not written
)

// An option is a field of what a library takes.
type option struct {
	name  string // dots lead into objects
	field string // of policy.Set
	as    measure
	zero  zero
}

// A loop is one that may be written to try again: what is in it handles an error.
type loop struct {
	head     int // "for", "while"
	from, to int // the tokens of its body
	try      [2]int
	caught   [2]int // of what handles the error
}

// A send is a request that a client of a name sends.
type send struct {
	request *request
	client  string
}

// A wrapper is a function that calls one that it is given, and tries again.
type wrapper struct {
	fn    *function
	loop  loop
	param int    // which of its parameters it calls
	name  string // of that parameter
}

func (f *file) guarding() *policies {
	if f.policies == nil {
		f.policies = &policies{clients: map[string][]*client{}, names: map[string]bool{}, seen: map[int]bool{}}
	}
	return f.policies
}

// seen notes that the names from the one before the value at a token to the end of the value are read.
func (f *file) seen(value int) {
	g := f.guarding()
	for i := max(value-3, 0); i <= f.expressionEnd(value); i++ {
		g.seen[i] = true
	}
}

// sees notes that the tokens between two are read.
func (f *file) sees(from, to int) {
	g := f.guarding()
	for i := max(from, 0); i <= to; i++ {
		g.seen[i] = true
	}
}

// imports reports whether the file names a module in a string.
func (f *file) imports(module string) bool {
	known, ok := f.modules[module]
	if !ok {
		if f.modules == nil {
			f.modules = map[string]bool{}
		}
		known = bytes.Contains(f.src, []byte(`"`+module+`"`)) || bytes.Contains(f.src, []byte(`'`+module+`'`))
		f.modules[module] = known
	}
	return known
}

// addClient adds the client that the variable has that what begins at a token is the value of.
func (f *file) addClient(start int, c *client) {
	if name := f.variableOf(start); name != "" {
		f.addNamed(name, c)
	}
}

// addNamed adds a client under a name.
func (f *file) addNamed(name string, c *client) {
	g := f.guarding()
	g.clients[name], g.names[name] = append(g.clients[name], c), true
}

// clientAt returns the client that a name has at a token, nil if it has none. Of which of several it is may not be known.
func (f *file) clientAt(name string, at int) *client {
	list := f.policies.clients[name]
	if len(list) < 2 {
		if len(list) == 0 {
			return nil
		}
		return list[0]
	}
	spots := make([]int, len(list))
	for i, c := range list {
		spots[i] = c.at
	}
	slices.Sort(spots)
	nearest := f.nearest(name, spots, at, false)
	if i := slices.IndexFunc(list, func(c *client) bool { return c.at == nearest }); i >= 0 {
		return list[i]
	}
	return &client{family: list[0].family, base: -1, at: list[0].at, unread: list[len(list)-1].at}
}

// variableOf returns the name of the variable, or the field, that what begins at a token is the value of.
func (f *file) variableOf(start int) string {
	for f.is(start-1, "await") || f.is(start-1, "new") || f.byte(start-1) == '&' {
		start--
	}
	if f.lang.Name == "go" && f.byte(start-1) == '=' && f.byte(start-2) == ':' && f.byte(start-4) == ',' {
		return f.string(start - 5) // x, err := ...
	}
	if f.lang.Name == "go" && f.byte(start-1) == '=' && f.byte(start-3) == ',' {
		return f.string(start - 4)
	}
	return f.keyBefore(start)
}
