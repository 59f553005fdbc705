package source

import (
	"bytes"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// kitex is a client of Kitex, and its server. Their packages are called like the service.
var kitex = &Idiom{
	Name:      "kitex",
	Doc:       `a client of Kitex, and its server: cartservice.NewClient("cart"), cartservice.NewServer(impl)`,
	Languages: []string{"go"},
	Words:     []string{"NewClient", "MustNewClient", "NewServer"},
	find: func(f *file, i int) int {
		if !f.ofKitex(i) {
			return i
		}
		symbol := f.string(i - 2)
		p := graph.CodePlace{Kind: graph.CodeServer, Way: "source-stub", Symbol: symbol}
		if !f.is(i, "NewServer") {
			p.Kind = graph.CodeStub
			if args := f.args(i + 1); len(args) > 0 {
				if v, _ := f.eval(args[0]); v.literal && isServiceName(v.text) {
					f.show(args[0], graph.CodePlace{Kind: graph.CodeName, Way: "source-client", Key: symbol, Text: v.text})
				}
			}
		}
		f.show(i-2, p)
		return i + 1
	},
}

// dubbo is a reference to an interface of Dubbo, and the class that serves it.
var dubbo = &Idiom{
	Name:      "dubbo",
	Doc:       "a reference of Dubbo, and the class that serves it: @DubboReference CartService cart; @DubboService class A implements CartService",
	Languages: []string{"java", "kotlin"},
	Words:     []string{"DubboReference", "DubboService", "Reference", "Service"},
	find: func(f *file, i int) int {
		if f.byte(i-1) != '@' || !f.is(i, "DubboReference") && !f.is(i, "DubboService") && !bytes.Contains(f.src, []byte("dubbo.config.annotation")) {
			return i
		}
		at := i + 1
		if f.byte(at) == '(' {
			at = f.closing(at) + 1
		}
		if strings.HasSuffix(f.string(i), "Service") {
			for n := 0; n < 30 && f.byte(at) != '{'; n++ {
				if f.is(at, "implements") || f.byte(at) == ':' {
					f.show(at+1, graph.CodePlace{Kind: graph.CodeServer, Way: "source-stub", Symbol: f.string(at + 1)})
					return at + 1
				}
				at++
			}
			return i
		}
		for isModifier(f.bytes(at)) {
			at++
		}
		if f.byte(at+1) == ':' { // name: Type
			at += 2
		}
		if f.kind(at) != word || !isCapital(f.string(at)) {
			return i
		}
		f.show(at, graph.CodePlace{Kind: graph.CodeStub, Way: "source-stub", Symbol: f.string(at)})
		return at
	},
}

func isModifier(name []byte) bool {
	switch string(name) {
	case "private", "protected", "public", "final", "static", "lateinit", "var", "val", "internal":
		return true
	}
	return false
}
