package source

import (
	"bytes"

	"github.com/weirgraph/weir/graph"
)

// later is a default that is given to a variable with a setting that turned out to be empty.
var later = &Idiom{
	Name:      "default-later",
	Doc:       `a default for a setting that is empty: if addr == "" { addr = "cart:8080" }`,
	Languages: []string{"csharp", "go", "java", "javascript", "php", "python", "typescript"},
	find:      findLater,
}

func findLater(f *file, i int) int {
	if f.byte(i-1) != '=' || f.kind(i-2) != word || f.byte(i-3) == '.' {
		return i
	}
	name := f.bytes(i - 2)
	if !f.inBranchOf(i-2, name) {
		return i
	}
	setting := f.settingBefore(i-2, name)
	if setting == "" || isListed(setting) {
		return i
	}
	v, end := f.eval(i)
	if !v.literal || len(v.text) < 2 {
		return i
	}
	f.show(i, graph.CodePlace{Kind: graph.CodeDefault, Key: setting, Text: settingText(setting, v.text, true)})
	return max(end, i+1)
}

// inBranchOf reports whether the statement at a token is the first one of a branch whose condition compares a variable, or
// what says whether it was found.
func (f *file) inBranchOf(i int, name []byte) bool {
	at := i - 1
	switch f.byte(at) {
	case '{', ':':
		at--
	}
	if f.byte(at) == ')' {
		at--
	}
	const longest = 24
	compares := false
	for n := 0; n < longest; n++ {
		switch {
		case f.is(at-n, "if"):
			return compares
		case f.byte(at-n) == '{' || f.byte(at-n) == '}':
			return false
		case bytes.Equal(f.bytes(at-n), name), f.is(at-n, "ok"), f.is(at-n, "found"), f.is(at-n, "exists"), f.is(at-n, "present"):
			compares = true
		}
	}
	return false
}

// settingBefore returns the setting that a variable has before a token: "name := os.Getenv("CART_URL")".
func (f *file) settingBefore(i int, name []byte) string {
	const farthest = 80
	for at := i - 1; at >= 0 && at > i-farthest; at-- {
		if f.kind(at) != word || !bytes.Equal(f.bytes(at), name) {
			continue
		}
		end := at + 1
		if f.byte(end) == ',' && f.kind(end+1) == word { // name, ok := ...
			end += 2
		}
		if f.byte(end) == ':' {
			end++
		}
		if f.byte(end) != '=' || f.byte(end+1) == '=' {
			continue
		}
		v, _ := f.eval(end + 1)
		return v.setting
	}
	return ""
}
