package graph

// A CodeFile is what one file of source code shows. Which program it belongs to, and what answers to
// the names and addresses in it, is known when all inputs are read.
type CodeFile struct {
	Origin Origin // of the file
	Places []CodePlace
	// Uses are the full names of the types, and the names of the constants, that the file uses, sorted.
	Uses []string
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
	Copies     []string
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
