package source

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/policy"
)

// retries reads how often a loop tries, and how long it waits. args are what the function around it is given,
// nil if that is not known.
func (f *file) retries(d *draft, l loop, fn *function, args []int) {
	f.params = map[string]int{}
	defer func() { f.params = nil }()
	if fn != nil && fn.open >= 0 && f.byte(fn.open) == '(' {
		for n, i := range f.args(fn.open) {
			for at := i; at < i+6; at++ { // name = value, name: type = value
				if f.byte(at) == '=' && f.byte(at+1) != '=' && f.byte(at+1) != '>' {
					f.params[f.string(i)] = at + 1
					break
				} else if f.byte(at) == ',' || f.byte(at) == ')' {
					break
				}
			}
			name := f.string(i)
			if f.lang.types && f.kind(i+1) == word {
				name = f.string(i + 1)
			}
			if args != nil && n < len(args) {
				f.params[name] = args[n]
			}
		}
	}
	counter, n, ok := f.attempts(l)
	if ok && n > 0 {
		d.say("retry.retries", n-1, l.head)
	} else {
		d.cannot(l.head)
		return
	}
	f.putWait(d, l.from, l.to, []string{counter}, 0)
}

// attempts returns the name of what counts the attempts of a loop, and how many it makes.
func (f *file) attempts(l loop) (counter string, n int, ok bool) {
	if f.lang.Name == "python" {
		if f.is(l.head, "for") && f.is(l.head+2, "in") && f.is(l.head+3, "range") && f.byte(l.head+4) == '(' {
			args := f.args(l.head + 4)
			counter = f.string(l.head + 1)
			low := amount{ok: true, has: true}
			high := args[len(args)-1]
			if len(args) == 2 {
				low = f.amount(args[0])
			} else if len(args) != 1 {
				return counter, 0, false
			}
			a := f.amount(high)
			return counter, int(a.n - low.n), a.ok && a.has && low.ok && a.setting == "" && !a.timed
		}
		if f.is(l.head, "for") {
			return "", 0, false
		}
	}
	from, to := l.head+1, l.from-1
	if f.byte(from) == '(' {
		from, to = from+1, f.closing(from)-1
	}
	start, hasStart := 0.0, false
	parts := [][2]int{}
	begin := from
	for i := from; i <= to; i++ {
		if f.byte(i) == ';' {
			parts = append(parts, [2]int{begin, i - 1})
			begin = i + 1
		}
	}
	parts = append(parts, [2]int{begin, to})
	condition := parts[0]
	if len(parts) == 3 {
		condition = parts[1]
		for i := parts[0][0]; i <= parts[0][1]; i++ {
			if f.byte(i) == '=' {
				name := i - 1
				if f.byte(name) == ':' {
					name--
				}
				counter = f.string(name)
				end := f.tokens[parts[0][1]].end
				if a, after := f.sum(i + 1); a.ok && a.has && (after > parts[0][1] || f.tokens[after-1].end == end) {
					start, hasStart = a.n, true
				}
				break
			}
		}
		for i := parts[2][0]; i <= parts[2][1]; i++ {
			if f.byte(i) == '-' {
				return counter, 0, false
			}
		}
	}
	if c, limit, more, ok := f.compared(condition[0], condition[1], '<'); ok {
		if !hasStart || c != counter {
			if start, hasStart = f.startOf(c, l); !hasStart {
				return c, 0, false
			}
		}
		return c, int(limit - start + more), true
	}
	// Without a condition it ends in what handles the error.
	for i := l.caught[0]; i <= l.caught[1]; i++ {
		if !f.is(i, "if") {
			continue
		}
		low, high := i+1, i+1
		if f.byte(low) == '(' {
			low, high = i+2, f.closing(i+1)-1
		} else {
			for high <= l.caught[1] && f.byte(high+1) != '{' && f.byte(high+1) != ':' {
				high++
			}
		}
		c, limit, more, ok := f.compared(low, high, '>')
		if !ok || !f.leaves([2]int{high, min(high+12, l.caught[1])}, true) {
			continue
		}
		if counter != "" && c != counter {
			continue
		}
		if !hasStart || counter == "" {
			if start, hasStart = f.startOf(c, l); !hasStart {
				return c, 0, false
			}
		}
		before := 0.0 // it counts before it compares
		for j := l.from; j < high; j++ {
			if f.is(j, c) && f.byte(j+1) == '+' && (f.byte(j+2) == '+' || f.byte(j+2) == '=') || f.byte(j) == '+' && f.byte(j+1) == '+' && f.is(j+2, c) {
				before = 1
			}
		}
		return c, int(limit - start + 1 - before + more), true
	}
	return counter, 0, false
}

// startOf returns the number that a counter begins with before a loop.
func (f *file) startOf(name string, l loop) (float64, bool) {
	at := f.constant(name)
	if at < 0 || at > l.head || !f.visible(at, l.head) {
		return 0, false
	}
	a := f.amount(at)
	return a.n, a.ok && a.has && a.setting == ""
}

// compared reads "counter < limit" between two tokens, or the same with the other mark. more is 1 if the limit is
// one of the numbers that count, and less by what is added to the counter.
func (f *file) compared(from, to int, mark byte) (counter string, limit, more float64, ok bool) {
	for i := from; i <= to; i++ {
		c := f.byte(i)
		equal := mark == '>' && c == '=' && f.byte(i+1) == '='
		if c != mark && !equal {
			continue
		}
		at := i - 1
		if f.kind(at) == number && f.byte(at-1) == '+' { // attempt + 1 >= limit
			added, _ := parseNumber(f.string(at))
			more -= added
			at -= 2
		}
		if f.kind(at) != word {
			return "", 0, 0, false
		}
		counter = f.string(at)
		right := i + 1
		switch {
		case equal:
			for f.byte(right) == '=' {
				right++
			}
		case f.byte(right) == '=':
			right++
			if mark == '<' {
				more++
			}
		case mark == '>':
			more++
		}
		a, end := f.sum(right)
		if !a.ok || !a.has || a.timed || a.setting != "" || end <= to {
			return "", 0, 0, false
		}
		return counter, a.n, more, true
	}
	return "", 0, 0, false
}

// putWait reads the wait between two attempts in code between two tokens: none, one of a fixed time, or one that
// grows with a counter. unit is that of a bare number, 0 if the function that waits has it; then the wait is what
// that function takes, else it is what the code returns.
func (f *file) putWait(d *draft, from, to int, counters []string, unit measure) {
	for i := from; i <= to; i++ {
		if f.kind(i) != word || f.byte(i+1) != '(' {
			continue
		}
		as, n, ok := f.waits(i)
		if !ok {
			continue
		}
		args := f.args(i + 1)
		if len(args) <= n {
			continue
		}
		end := f.closing(i+1) - 1
		if n+1 < len(args) {
			end = args[n+1] - 2
		}
		if f.is(i, "setTimeout") && f.kind(args[n]) == word && f.around(i).parameter(f, f.string(args[n])) >= 0 {
			continue // in a function that waits
		}
		f.growth(d, args[n], end, counters, as, from, to)
		return
	}
	d.say("retry.backoff.kind", "none", d.at)
}

// waits reports whether a function waits, in which unit, and which of its arguments is the time.
func (f *file) waits(i int) (as measure, argument int, ok bool) {
	name := strings.ToLower(f.string(i))
	switch f.lang.Name {
	case "python":
		return seconds, 0, name == "sleep"
	case "go":
		return nanos, 0, (name == "sleep" || name == "after") && f.is(i-2, "time")
	case "java":
		if unit, ok := unitWord(f.string(i - 2)); ok && name == "sleep" && unit.Seconds() == 1 {
			return seconds, 0, true
		}
		return millis, 0, name == "sleep"
	case "csharp":
		return millis, 0, name == "delay" || name == "sleep"
	case "kotlin":
		return millis, 0, name == "delay" || name == "sleep"
	}
	if name == "settimeout" {
		return millis, 1, true
	}
	return millis, 0, name == "sleep" || name == "wait" || name == "delay" || name == "pause"
}

// growth reads the time between two tokens, and how it grows.
func (f *file) growth(d *draft, from, to int, counters []string, as measure, body, end int) {
	grows, varies, linear := false, false, false
	for i := from; i <= to; i++ {
		switch {
		case f.byte(i) == '*' && f.byte(i+1) == '*' && f.joined(i), f.byte(i) == '<' && f.byte(i+1) == '<', f.is(i, "pow"), f.is(i, "Pow"):
			grows = true
		case f.kind(i) == word:
			lower := strings.ToLower(f.string(i))
			if strings.Contains(lower, "rand") || strings.Contains(lower, "jitter") || lower == "uniform" {
				varies = true
			}
			if slices.Contains(counters, f.string(i)) {
				linear = true
			}
			if i == from && i == to { // wait(delay); delay *= 2
				for j := body; j <= end; j++ {
					if f.is(j, f.string(i)) && (f.byte(j+1) == '*' && f.byte(j+2) == '=' || f.byte(j+1) == '=' && (f.is(j+2, f.string(i)) && f.byte(j+3) == '*' || f.is(j+2, "Math") || f.is(j+2, "min"))) {
						grows = true
					}
				}
			}
		}
	}
	kind := "fixed"
	switch {
	case grows:
		kind = "exponential"
	case linear:
		kind = "linear"
	}
	d.say("retry.backoff.kind", kind, from)
	if varies {
		jitter := policy.Jitter{Kind: "full"}
		for i := from; i <= to; i++ {
			if f.byte(i) == '+' && f.opening(i) < from { // the random part is added
				jitter = policy.Jitter{Kind: "partial"}
			}
		}
		if jitter.Kind == "full" {
			d.say("retry.backoff.jitter", jitter, from)
		}
	} else {
		d.say("retry.backoff.jitter", policy.Jitter{Kind: "none"}, from)
	}
	if grows {
		d.say("retry.backoff.multiplier", 2.0, from)
	}
	if at := f.constant(f.string(from)); grows && from == to && at >= 0 && f.visible(at, from) { // what it begins with
		from, to = at, f.expressionEnd(at)
	}
	if base, ok := f.baseOf(from, to, counters, as); ok {
		d.say("retry.backoff.base", as.value(base), from)
	}
}

// baseOf returns the product of the numbers in a time: 200 in 200 * 2 ** attempt * Math.random().
func (f *file) baseOf(from, to int, counters []string, as measure) (amount, bool) {
	base := amount{n: 1, has: true, ok: true}
	found := false
	for i := from; i <= to; {
		end := i // of the factor
		for end <= to && !(f.byte(end) == '*' && f.byte(end+1) != '*' && f.byte(end-1) != '*') {
			if c := f.byte(end); c == '(' || c == '[' {
				end = f.closing(end)
			}
			if c := f.byte(end); c == '+' || c == '-' || c == '/' {
				return unread, false
			}
			end++
		}
		a, after := f.factor(i)
		switch {
		case f.growing(i, end, counters):
			found = true
		case a.ok && a.has && a.setting == "" && after == end:
			base, found = combine(base, a, func(x, y float64) float64 { return x * y }), true
		default:
			return unread, false
		}
		i = end + 1
	}
	return base, found && base.ok
}

// growing reports whether a factor is a power of two, a counter or a random number.
func (f *file) growing(from, to int, counters []string) bool {
	for i := from; i < to; i++ {
		lower := strings.ToLower(f.string(i))
		switch {
		case slices.Contains(counters, f.string(i)), lower == "random", lower == "pow", f.byte(i) == '*', f.byte(i) == '<':
			return true
		}
	}
	return false
}
