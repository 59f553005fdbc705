package source

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// An amount is what an expression of a number or a time is.
type amount struct {
	n       float64 // nanoseconds if it is timed
	timed   bool    // it has a unit of its own
	off     bool    // false, null, None
	setting string  // the setting of the program that goes before it; n is its default
	has     bool    // n is known
	ok      bool    // it can be read, or the setting may be
}

var unread amount

// amount returns the value of the expression that begins at a token. It is not ok if any of it cannot be read.
func (f *file) amount(i int) amount {
	a, end := f.sum(i)
	if !a.ok || !f.ends(end) {
		return unread
	}
	return a
}

func (f *file) sum(i int) (amount, int) {
	a, end := f.product(i)
	for a.ok {
		c := f.byte(end)
		if c != '+' && c != '-' || f.byte(end+1) == c || f.byte(end+1) == '=' {
			break
		}
		b, after := f.product(end + 1)
		if c == '-' {
			b.n = -b.n
		}
		a, end = combine(a, b, func(x, y float64) float64 { return x + y }), after
	}
	return a, end
}

func (f *file) product(i int) (amount, int) {
	a, end := f.factor(i)
	for a.ok {
		c := f.byte(end)
		if c != '*' && c != '/' || f.byte(end+1) == '*' || f.byte(end+1) == '=' {
			break
		}
		b, after := f.factor(end + 1)
		if c == '/' {
			if b.n == 0 {
				return unread, after
			}
			b.n = 1 / b.n
		}
		a, end = combine(a, b, func(x, y float64) float64 { return x * y }), after
	}
	return a, end
}

// combine is the result of an operator. One of a setting and a unit keeps the setting.
func combine(a, b amount, op func(x, y float64) float64) amount {
	if !a.ok || !b.ok || a.off || b.off || a.setting != "" && b.setting != "" {
		return unread
	}
	c := amount{n: op(a.n, b.n), timed: a.timed || b.timed, has: a.has && b.has, ok: true}
	if a.setting+b.setting != "" {
		return unread // what the setting would make of it is not followed
	}
	return c
}

// factor returns the value of one operand, and the token after it.
func (f *file) factor(i int) (amount, int) {
	switch f.kind(i) {
	case number:
		n, ok := parseNumber(f.string(i))
		a, end := amount{n: n, has: true, ok: ok}, i+1
		if f.byte(end) == '.' && f.kind(end+1) == word { // 5.seconds
			if unit, ok := unitWord(f.string(end + 1)); ok {
				return amount{n: n * float64(unit), timed: true, has: true, ok: true}, end + 2
			}
			return unread, end
		}
		return a, end
	case text:
		if s, ok := f.plain(i); ok {
			return textAmount(s), i + 1
		}
	case word:
		return f.namedAmount(i)
	case punct:
		switch f.byte(i) {
		case '-':
			a, end := f.factor(i + 1)
			a.n = -a.n
			return a, end
		case '+': // of a text a number
			return f.factor(i + 1)
		case '(':
			if a, end := f.sum(i + 1); a.ok && f.byte(end) == ')' {
				return a, end + 1
			}
		}
	}
	return unread, i
}

// textAmount reads a number, or a duration of Go, Spring or ISO 8601, in a text.
func textAmount(s string) amount {
	s = strings.TrimSpace(s)
	if n, ok := parseNumber(s); ok {
		return amount{n: n, has: true, ok: true}
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		if d, err = time.ParseDuration(strings.ToLower(strings.TrimPrefix(strings.ToUpper(s), "PT"))); err != nil || !strings.HasPrefix(strings.ToUpper(s), "PT") {
			return unread
		}
	}
	return amount{n: float64(d), timed: true, has: true, ok: true}
}

// parseNumber reads a decimal number, with marks between digits and the suffix of a type.
func parseNumber(s string) (float64, bool) {
	s = strings.ReplaceAll(s, "_", "")
	if len(s) > 1 && !strings.HasPrefix(s, "0x") {
		s = strings.TrimRight(s, "LlFfDdMmn")
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n) && math.Abs(n) < 1e15
}

// unitWord returns the unit of time of a name, in any notation.
func unitWord(name string) (time.Duration, bool) {
	switch strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(name, "from"), "From")) {
	case "nanosecond", "nanoseconds", "nanos", "ofnanos":
		return time.Nanosecond, true
	case "microsecond", "microseconds", "micros", "ofmicros":
		return time.Microsecond, true
	case "millisecond", "milliseconds", "millis", "ofmillis", "ofmilliseconds":
		return time.Millisecond, true
	case "second", "seconds", "ofseconds":
		return time.Second, true
	case "minute", "minutes", "ofminutes":
		return time.Minute, true
	case "hour", "hours", "ofhours":
		return time.Hour, true
	case "day", "days", "ofdays":
		return 24 * time.Hour, true
	}
	return 0, false
}

// namedAmount returns the value of what begins with a name: a word, a unit, a setting, a constant, a function.
func (f *file) namedAmount(i int) (amount, int) {
	var names []string
	end := i
	for f.kind(end) == word {
		names = append(names, f.string(end))
		end++
		switch {
		case f.byte(end) == '.' && f.kind(end+1) == word:
			end++
		case f.byte(end) == ':' && f.byte(end+1) == ':' && f.kind(end+2) == word:
			end += 2
		default:
			goto whole
		}
	}
whole:
	last, chain := names[len(names)-1], strings.Join(names, ".")
	if len(names) == 1 {
		switch last {
		case "false", "False", "null", "nil", "None", "undefined":
			return amount{off: true, has: true, ok: true}, end
		case "new", "await":
			return f.factor(end)
		}
	}
	if name, ok := settingOfChain(names); ok {
		return f.fallback(name, end)
	}
	if f.byte(end) == '[' && isSettings(chain) && f.isEnvironment(chain) { // process.env["X"], os.environ["X"]
		if key, ok := f.plain(end + 1); ok && f.byte(end+2) == ']' {
			return f.fallback(key, end+3)
		}
		return unread, end
	}
	if f.byte(end) == '(' {
		return f.calledAmount(chain, end)
	}
	if len(names) == 2 {
		if unit, ok := unitWord(last); ok && (names[0] == "time" || names[0] == "Duration" || names[0] == "TimeUnit" || names[0] == "ChronoUnit") {
			return amount{n: float64(unit), timed: true, has: true, ok: true}, end
		}
	}
	if f.depth >= maxNested {
		return unread, end
	}
	at := -1
	switch {
	case len(names) == 1:
		at = f.valueOf(last, i)
	case names[0] == "this" || names[0] == "self":
		at = f.constant(last)
	case isCapital(names[0]) && len(names) == 2:
		if at = f.inObject(names[0], names[1:], i); at < 0 {
			at = f.constant(last)
		}
	default:
		at = f.inObject(names[0], names[1:], i)
	}
	if at < 0 {
		return unread, end
	}
	f.depth++
	a := f.amount(at)
	f.depth--
	return a, end
}

// valueOf returns the token that the value of a name, used at a token, begins with: that of a parameter of the
// function that is read, else of the constant of the file that is visible there; -1 if it is not known.
func (f *file) valueOf(name string, use int) int {
	if at, ok := f.params[name]; ok {
		return at
	}
	at := f.constant(name)
	if at < 0 || !f.visible(at, use) || f.isParameter(name, use) || f.changes(name) {
		return -1
	}
	return at
}

// changes reports whether the file counts a variable up or down, or multiplies it.
func (f *file) changes(name string) bool {
	if f.changed == nil {
		f.changed = map[string]bool{}
		for i := 1; i+1 < len(f.tokens); i++ {
			switch c := f.byte(i); c {
			case '+', '-', '*', '/', '%', '|', '&', '<', '>':
				if f.byte(i+1) == '=' && c != '<' && c != '>' && f.kind(i-1) == word && f.joined(i) {
					f.changed[f.string(i-1)] = true
				}
				if (c == '+' || c == '-') && f.byte(i+1) == c && f.joined(i) {
					if f.kind(i-1) == word {
						f.changed[f.string(i-1)] = true
					}
					if f.kind(i+2) == word {
						f.changed[f.string(i+2)] = true
					}
				}
			}
		}
	}
	return f.changed[name]
}

// visible reports whether a name that has its value at a token is the same one where it is used. What is among
// the parameters or the arguments of a function has another value there.
func (f *file) visible(value, use int) bool {
	open := f.opening(value)
	if f.lang.Name == "python" {
		return f.byte(open) != '(' && (f.column(f.lineStart(value)) == 1 || f.around(value).is(f.around(use)))
	}
	return open < 0 || f.byte(open) == '{' && open < use && f.closing(open) > use
}

// isParameter reports whether a function around a token has a parameter of a name.
func (f *file) isParameter(name string, use int) bool {
	for _, fn := range f.functions() {
		if fn.from <= use && use <= fn.to && fn.parameter(f, name) >= 0 {
			return true
		}
	}
	return false
}

// inObject returns the token that the value of a field of a constant object begins with, -1 if it is not known.
func (f *file) inObject(name string, path []string, use int) int {
	at := f.valueOf(name, use)
	for _, key := range path {
		if at = f.object(at); at < 0 {
			return -1
		}
		at, _ = f.field(at, key)
	}
	return at
}

// isEnvironment reports whether what has settings by name has those that a program is started with. What a program calls
// its configuration may be anything, but in the languages in which that is of the platform.
func (f *file) isEnvironment(chain string) bool {
	switch f.lang.Name {
	case "csharp", "java", "kotlin":
		return true
	}
	return strings.Contains(strings.ToLower(chain), "env")
}

// fallback returns the setting of a name with the default that follows it: "|| 5000".
func (f *file) fallback(setting string, end int) (amount, int) {
	a := amount{setting: setting, ok: true}
	next, kind := f.operator(&f.code, end)
	if next == end || kind != falling {
		return a, end
	}
	b, after := f.sum(next)
	if !b.ok || b.setting != "" {
		return unread, after
	}
	b.setting = setting
	return b, after
}

// calledAmount returns the value of a call.
func (f *file) calledAmount(chain string, open int) (amount, int) {
	args, close := f.args(open), f.closing(open)
	if close >= len(f.tokens) || len(args) == 0 {
		return unread, open
	}
	last := lastName(chain)
	if unit, ok := unitWord(last); ok && len(args) == 1 && !isGetter(chain) {
		a := f.amount(args[0])
		if !a.ok || a.off || a.timed || a.setting != "" {
			return unread, close + 1
		}
		return amount{n: a.n * float64(unit), timed: true, has: a.has, ok: true}, close + 1
	}
	switch {
	case isGetter(chain) && f.isEnvironment(chain) && f.kind(args[0]) == text:
		key, ok := f.plain(args[0])
		if !ok || key == "" || strings.ContainsAny(key, " /${}") {
			return unread, close + 1
		}
		a := amount{setting: key, ok: true}
		if len(args) > 1 {
			at := args[1]
			if f.kind(at) == word && (f.byte(at+1) == '=' || f.byte(at+1) == ':') {
				at += 2
			}
			if b := f.amount(at); b.ok && b.setting == "" {
				b.setting = key
				a = b
			} else {
				return unread, close + 1
			}
		}
		if next, kind := f.operator(&f.code, close+1); next > close+1 && kind == falling && !a.has {
			return f.fallback(key, close+1)
		}
		return a, close + 1
	case last == "timedelta":
		var sum float64
		for _, at := range args {
			unit, ok := unitWord(f.string(at))
			if !ok || f.byte(at+1) != '=' {
				return unread, close + 1
			}
			a := f.amount(at + 2)
			if !a.ok || a.off || a.setting != "" {
				return unread, close + 1
			}
			sum += a.n * float64(unit)
		}
		return amount{n: sum, timed: true, has: true, ok: true}, close + 1
	case last == "of" && len(args) == 2 && strings.HasSuffix(chain, "Duration.of"): // Duration.of(5, ChronoUnit.SECONDS)
		a, b := f.amount(args[0]), f.amount(args[1])
		return combine(a, b, func(x, y float64) float64 { return x * y }), close + 1
	}
	switch chain {
	case "Number", "parseInt", "parseFloat", "Number.parseInt", "Number.parseFloat", "int", "float", "Integer.parseInt", "Long.parseLong", "Integer.valueOf", "Long.valueOf",
		"time.Duration", "int.Parse", "double.Parse", "Convert.ToInt32", "strconv.Atoi", "Duration.parse", "ms":
		a, end := f.sum(args[0])
		if !a.ok || end != close && f.byte(end) != ',' {
			return unread, close + 1
		}
		if next, kind := f.operator(&f.code, close+1); next > close+1 && kind == falling && a.setting != "" && !a.has { // Number(process.env.X) || 5
			return f.fallback(a.setting, close+1)
		}
		return a, close + 1
	}
	return unread, close + 1
}

// object returns the token that opens the object that an expression is, in braces, or what a function that makes
// options takes; -1 if it is none. A name is that of a constant.
func (f *file) object(i int) int {
	for range maxNested {
		switch {
		case i < 0:
			return -1
		case f.byte(i) == '{':
			return i
		case f.byte(i) == '&', f.is(i, "new"): // &http.Client{}
			i++
			continue
		case f.kind(i) != word:
			return -1
		}
		at := i + 1
		for f.byte(at) == '.' && f.kind(at+1) == word {
			at += 2
		}
		switch {
		case f.byte(at) == '{' && f.lang.Name == "go", f.byte(at) == '{' && f.lang.Name == "csharp":
			return at
		case at == i+1 && f.ends(at):
			i = f.valueOf(f.string(i), i)
		default:
			return -1
		}
	}
	return -1
}

// field returns the token that the value of a field of an object begins with, -1 if it has none; open is set if
// the object may have more fields than are written.
func (f *file) field(object int, name string) (at int, open bool) {
	at = -1
	for _, i := range f.args(object) {
		switch {
		case f.byte(i) == '.' || f.byte(i) == '*':
			open = true
		case f.is(i, name) && (f.byte(i+1) == ':' || f.byte(i+1) == '=') && f.byte(i+2) != '=':
			at = i + 2
		case f.is(i, name) && (f.byte(i+1) == ',' || f.byte(i+1) == '}'): // {timeout}
			at = i
		case f.kind(i) == text && f.byte(i+1) == ':':
			if key, ok := f.plain(i); ok && key == name {
				at = i + 2
			}
		}
	}
	return at, open
}
