package source

import (
	"path"
	"strings"
)

// A module is what other files of a program import names from. It is known by the last part of its path: a file
// without its extension, or the directory of one that is called index, main or __init__.

// module returns the name of the file's own.
func (f *file) module() string { return moduleName(f.path, f.lang.Name == "go") }

func moduleName(file string, byDirectory bool) string {
	base := path.Base(file)
	name := base
	if LanguageOf(base) != nil || strings.HasSuffix(base, ".json") {
		name = strings.TrimSuffix(base, path.Ext(base))
	}
	if byDirectory || name == "index" || name == "__init__" || name == "mod" {
		name = path.Base(path.Dir(file))
	}
	return name
}

// exports reports whether other files of the language take constants and functions of a file by their name.
func (f *file) exports() bool {
	switch f.lang.Name {
	case "javascript", "typescript", "python", "go":
		return true
	}
	return false
}

// exported returns the name by which other files have what begins at a token: that of the constant that it is the
// value of, or of the function that returns it. It is "" if there is none.
func (f *file) exported(start int) string {
	if !f.exports() {
		return ""
	}
	if f.byte(start-1) == '>' && f.byte(start-2) == '=' { // x => `...`
		for _, fn := range f.functions() {
			if fn.from == start && fn.name != "" {
				return f.module() + "#" + fn.name
			}
		}
		return ""
	}
	if f.is(start-1, "return") {
		if fn := f.around(start); fn != nil && fn.name != "" && fn.to-fn.from < 60 {
			return f.module() + "#" + fn.name
		}
		return ""
	}
	if open := f.opening(start); open >= 0 && f.byte(open) == '(' {
		return ""
	}
	name := f.keyBefore(start)
	if name == "" {
		return ""
	}
	return f.module() + "#" + name
}

// foreign returns the value that names of another file have, unknown if the names are no such ones.
func (f *file) foreign(names []string) value {
	symbol := f.symbolOf(names)
	if symbol == "" {
		return unknown
	}
	return value{text: "${@" + symbol + "}"}
}

// symbolOf returns what names are called in the file that they are imported from, "" if they are not imported.
func (f *file) symbolOf(names []string) string {
	if !f.exports() || len(names) == 0 || len(names) > 4 {
		return ""
	}
	last := names[len(names)-1]
	if f.lang.Name == "go" {
		switch {
		case len(names) == 1 && isCapital(last) && !f.isDeclared(last):
			return f.module() + "#" + last
		case len(names) == 2 && isCapital(last):
			return names[0] + "#" + last
		}
		return ""
	}
	from, ok := f.imported()[names[0]]
	switch {
	case !ok:
		return ""
	case len(names) == 1 && strings.HasSuffix(from, "#"):
		return ""
	case len(names) == 1:
		return from
	}
	module, _, _ := strings.Cut(from, "#")
	return module + "#" + last
}

// isDeclared reports whether a file of Go declares a name, or a function around it has it.
func (f *file) isDeclared(name string) bool {
	return f.constant(name) >= 0 || f.function(name) != nil
}

// imported returns what the names that the file imports are called where they are from: "clients#CART_URL", and
// "clients#" for all of a module.
func (f *file) imported() map[string]string {
	if f.importList != nil {
		return f.importList
	}
	f.importList = map[string]string{}
	if f.lang.Name == "python" {
		f.importsOfPython()
		return f.importList
	}
	for i := range f.tokens {
		if f.tokens[i].kind != text {
			continue
		}
		var before int
		switch {
		case f.is(i-1, "from"):
			before = i - 2
		case f.byte(i-1) == '(' && f.is(i-2, "require") && f.byte(i-3) == '=':
			before = i - 4
		default:
			continue
		}
		name, ok := f.plain(i)
		if !ok || !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "@/") && !strings.HasPrefix(name, "~/") && !strings.HasPrefix(name, "src/") {
			continue
		}
		module := moduleName(path.Join(path.Dir(f.path), name), false)
		switch {
		case f.byte(before) == '}':
			open := f.opening(before)
			for _, at := range f.args(open) {
				local := at
				if f.is(at+1, "as") || f.byte(at+1) == ':' {
					local = at + 2
				}
				f.importList[f.string(local)] = module + "#" + f.string(at)
			}
			if f.byte(open-1) == ',' {
				f.importList[f.string(open-2)] = module + "#"
			}
		case f.kind(before) == word:
			f.importList[f.string(before)] = module + "#"
		}
	}
	return f.importList
}

// importsOfPython reads "from .clients import A, b as c" and "import clients".
func (f *file) importsOfPython() {
	for i := 0; i < len(f.tokens); i++ {
		switch {
		case f.is(i, "from") && f.newLine(i):
			at, module := i+1, ""
			for ; f.byte(at) == '.' || f.kind(at) == word && !f.is(at, "import"); at++ {
				if f.kind(at) == word {
					module = f.string(at)
				}
			}
			if !f.is(at, "import") {
				continue
			}
			open := f.byte(at+1) == '('
			if at++; open {
				at++
			}
			for f.kind(at) == word && (open || !f.newLine(at)) {
				name, local := f.string(at), f.string(at)
				if f.is(at+1, "as") {
					at += 2
					local = f.string(at)
				}
				if module == "" { // from . import config
					f.importList[local] = name + "#"
				} else {
					f.importList[local] = module + "#" + name
				}
				if at++; f.byte(at) != ',' {
					break
				}
				at++
			}
			i = at - 1
		case f.is(i, "import") && f.newLine(i):
			at := i + 1
			for f.byte(at+1) == '.' && f.kind(at+2) == word {
				at += 2
			}
			module, local := f.string(at), f.string(at)
			if f.is(at+1, "as") {
				local = f.string(at + 2)
			}
			f.importList[local] = module + "#"
		}
	}
}

// returned returns the value of a function of the file that does nothing but return it.
func (f *file) returned(name string) (value, bool) {
	if f.depth >= maxNested || strings.Contains(strings.TrimPrefix(name, "this."), ".") {
		return unknown, false
	}
	fn := f.function(strings.TrimPrefix(name, "this."))
	if fn == nil {
		return unknown, false
	}
	at := fn.from
	if f.byte(at) == '{' {
		at++
	}
	if f.is(at, "return") {
		at++
	} else if at != fn.from || f.lang.Name == "python" {
		return unknown, false
	}
	f.depth++
	v, _ := f.eval(at)
	f.depth--
	return v, v.text != unknown.text
}
