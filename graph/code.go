package graph

import (
	"time"

	"github.com/weirgraph/weir/policy"
)

// A CodeFile is what one file of source code shows. Which program it belongs to, and what answers to
// the names and addresses in it, is known when all inputs are read.
type CodeFile struct {
	Origin Origin // of the file
	Places []CodePlace
	// Uses are the full names of the types, and the names of the constants, that the file uses, sorted.
	Uses []string
	// Settings are those that the file reads, but for those that it has in lists of addresses which are not called.
	Settings []string
	// Unbound are the policies that act on no place that is known.
	Unbound []Origin
	// Loose is the first policy that acts on no place that is known, those that cannot be read among them; nil if there is none.
	Loose *Loose
}

// A CodePlace is a place in source code that shows whom a program calls, or what answers to a name.
type CodePlace struct {
	Kind   CodeKind
	Origin Origin
	Way    string // of the evidence, as in Evidence.Way
	Key    string // what the code calls the value: a variable, a setting, the function that takes it
	// Text is an address or a name. In it "${NAME:-default}" is what the setting NAME of the program
	// says, else the default; "${}" is what the code does not show. "@Names.CART" is a constant.
	Text   string
	Symbol string // the type, the service of a protocol or the constant that the place is about
	// Client is set if a client takes the address: then it counts also if no input declares what
	// answers there.
	Client bool
	Weak   bool // it proves no more than a hint
	// Name is what other files of the program call Text, "clients#CART_URL" of a constant or a function in the
	// module clients. In the Text of those "${@clients#CART_URL}" is this one.
	Name string

	// Request is set if a client of which the policies are known sends a request here.
	Request  bool
	Methods  []string     // of the request, upper case; nil if unknown
	Path     string       // of the request, "/stock/{}"; empty if unknown
	Policies []CodePolicy // that act on it, outermost first
	Fallback bool         // it is made only instead of another request
	Common   string       // what the program shares whose defaults the request has: "axios"; empty if there is none
	Injected bool         // the client is what the program shares: where no place shows that, nothing is known of it
	Loose    *Loose       // nil if the file has no policy of which that is unknown
}

// CodeKind says what a CodePlace shows.
type CodeKind uint8

const (
	CodeAddress  CodeKind = iota // the program calls what answers at Text
	CodeDefault                  // the same, unless a setting Key of the program says otherwise
	CodeName                     // the program calls the service of the name Text
	CodeClient                   // programs that use the type Symbol call what answers at Text, an address or a name
	CodeServer                   // the program serves Symbol
	CodeStub                     // the program calls the one that serves Symbol
	CodeConstant                 // the constant Symbol is Text
	CodeApp                      // the program registers itself under the name Text
	CodeUse                      // the program calls what the type Symbol is a client of, with Policies
	CodeWrapper                  // what the function Symbol is given is called with Policies
	CodeListed                   // the setting Key is among addresses that are not called: redirects, origins
	CodeProcess                  // all requests of the program to which Symbol is common have Policies
)

// A CodeDirectory is a directory of source code that an input gives to a program.
type CodeDirectory struct {
	Dir    string // cleaned
	Of     Ref    // the program; the zero Ref if only its name is known
	Name   string // what the directory calls itself, which may be the name of a service or of its image
	Reason DirectoryReason
	Origin Origin
	// Browser is set if its code runs in browsers.
	Browser bool
	// Dockerfile is the file by which the program is built from the directory; of a fact about such a file,
	// Copies are what it takes from there.
	Dockerfile string
	Project    bool     // it is one of .NET, whose settings are in the directory
	References []string // of a project: the directories of the projects that it is built with, cleaned
	Started    string   // how it is started: programs that are built and started alike run the same code
	Copies     []string
	Proxy      bool // of a fact about such a file: the image is made of that of a proxy, which runs no code of the directory
}

// A CodeLibrary is a client library that the code in the directory of a file is built with. It is a hint that the
// program calls a server of the product.
type CodeLibrary struct {
	Origin  Origin
	Name    string // as the file has it: "pg", "Npgsql"
	Product string // of the servers that it connects to, as images name it: "postgres"
}

// DirectoryReason is why a directory belongs to a program. Of several reasons the first in this order counts.
type DirectoryReason uint8

const (
	DirectoryBuilt       DirectoryReason = iota // the program is built from it, or has it mounted
	DirectoryArtifact                           // an image that the program runs is built from it
	DirectoryDockerfile                         // it has a Dockerfile, and is called like the program
	DirectoryApplication                        // its settings name the program
	DirectoryPackage                            // its package, module or project is called like the program
	DirectoryName                               // it is called like the program
	DirectoryContext                            // the program is built from it and from a directory in it, which has no code
)

// A CodePolicy is a policy that code has for a call of its own.
type CodePolicy struct {
	Origin Origin
	Says   policy.Set
	// Amounts are settings of Says that settings of the program have the values of.
	Amounts []CodeAmount
	// Steps are what is done when the request fails.
	Steps []CodeStep
	// Refers is where the policy is declared if it is not where it is used: "path#name" of a function in another
	// file, or the object of a configuration, "circuitbreaker/payment".
	Refers string
}

// A CodeStep is one of the answers in place of that of a callee.
type CodeStep struct {
	Kind   string // as in policy.FallbackStep
	Place  int    // of Kind service: the request, among the places of the file
	Origin Origin
}

// A CodeAmount is a setting of a policy that a setting of the program has the value of, if the inputs give it one.
type CodeAmount struct {
	Field   string // of policy.Set, by path
	Setting string
	Unit    time.Duration // of a number without one; 0 for a count
	Tries   bool          // it counts attempts, the first one included
	ZeroOff bool          // 0 is none
	Origin  Origin
}

// A Loose policy is one in the file of a call of which it is not known whether it acts on the call.
type Loose struct {
	Origin Origin
	Text   string // what the code calls it
}
