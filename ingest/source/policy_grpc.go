package source

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// grpcConfig is a service config that a channel of gRPC is made with, as a text or as an object.
var grpcConfig = &Idiom{
	Name:      "grpc-config",
	Doc:       `a service config of gRPC in the options of a channel: grpc.NewClient(target, grpc.WithDefaultServiceConfig(...))`,
	Languages: []string{"go", "javascript", "python", "typescript"},
	Words:     []string{"WithDefaultServiceConfig", "insecure_channel", "secure_channel", "createInsecure", "createSsl"},
	find: func(f *file, i int) int {
		if f.byte(i+1) != '(' {
			return i
		}
		switch f.lang.Name {
		case "go":
			if args := f.args(i + 1); f.is(i, "WithDefaultServiceConfig") && len(args) == 1 {
				if open := f.dialOf(f.chainStart(i + 1)); open >= 0 {
					f.guardChannel(i, open, args[0])
				}
			}
		case "python":
			if !f.is(i, "insecure_channel") && !f.is(i, "secure_channel") {
				return i
			}
			list := f.argument(i+1, "options")
			if args := f.args(i + 1); list < 0 && len(args) > 1 && f.is(i, "insecure_channel") {
				list = args[1]
			}
			if list >= 0 && f.kind(list) == word {
				list = f.valueOf(f.string(list), list)
			}
			if list < 0 || f.byte(list) != '[' && f.byte(list) != '(' {
				return i
			}
			for _, at := range f.args(list) {
				if pair := f.args(at); f.byte(at) == '(' && len(pair) == 2 && f.isText(pair[0], "grpc.service_config") {
					f.guardChannel(i, i+1, pair[1])
				}
			}
		default:
			if !f.is(i, "createInsecure") && !f.is(i, "createSsl") {
				return i
			}
			open := f.opening(f.chainStart(i + 1))
			if open < 0 || f.byte(open) != '(' || !f.is(f.chainStart(open)-1, "new") {
				return i
			}
			args := f.args(open)
			if len(args) < 3 {
				return i
			}
			if o := f.object(args[2]); o >= 0 {
				if at, _ := f.field(o, "grpc.service_config"); at >= 0 {
					f.guardChannel(i, open, at)
				}
			}
		}
		return i
	},
}

func (f *file) isText(i int, s string) bool {
	v, ok := f.plain(i)
	return ok && v == s
}

// dialOf returns the bracket of the call that makes a channel with the option at a token, which it takes itself or in a
// list; -1 if it is not known.
func (f *file) dialOf(i int) int {
	isDial := func(open int) bool {
		if open < 1 || f.byte(open) != '(' {
			return false
		}
		switch lastName(f.chainBefore(open)) {
		case "NewClient", "Dial", "DialContext":
			return true
		}
		return false
	}
	open := f.opening(i)
	if isDial(open) {
		return open
	}
	name := ""
	switch {
	case open < 1:
	case f.byte(open) == '(' && lastName(f.chainBefore(open)) == "append":
		name = f.string(open + 1)
	case f.byte(open) == '{': // []grpc.DialOption{...}
		start := f.chainStart(open)
		for f.byte(start-1) == ']' || f.byte(start-1) == '[' {
			start--
		}
		name = f.variableOf(start)
	}
	if name == "" {
		return -1
	}
	found := -1
	for j := i; j < len(f.tokens); j++ {
		if f.is(j, name) && f.byte(j+1) == '.' && f.byte(j+2) == '.' && isDial(f.opening(j)) {
			if found >= 0 {
				return -1
			}
			found = f.opening(j)
		}
	}
	return found
}

// guardChannel gives the address that a channel is made for, in a call that opens at a token, the policies of a service
// config, whose expression begins at another one.
func (f *file) guardChannel(at, open, config int) {
	d := f.draft(product.GRPC, at)
	f.seen(config)
	f.sees(at-3, at)
	if f.kind(config) == word && f.ends(config+1) {
		f.guarding().names[f.string(config)] = true
	}
	f.channel(d, config)
	f.guarding().guards = append(f.guarding().guards, &guard{draft: d, from: open, to: f.closing(open)})
}

// channel reads a service config. The policies of a channel count if they are for all of its methods, or for those of
// one service.
func (f *file) channel(d *draft, at int) {
	var config struct {
		MethodConfig []struct {
			Name        []struct{ Service, Method string }
			Timeout     string
			RetryPolicy *struct {
				MaxAttempts       float64
				InitialBackoff    string
				MaxBackoff        string
				BackoffMultiplier float64
				Codes             []string `json:"retryableStatusCodes"`
			}
			HedgingPolicy any
		}
	}
	text, ok := f.configText(at)
	if !ok || json.Unmarshal([]byte(text), &config) != nil {
		d.cannot(d.at)
		return
	}
	if len(config.MethodConfig) == 0 {
		return
	}
	m := config.MethodConfig[0]
	if len(config.MethodConfig) > 1 || len(m.Name) != 1 || m.Name[0].Method != "" || m.HedgingPolicy != nil {
		d.cannot(d.at) // they are for some of the calls
		return
	}
	put := func(field, text string) {
		if text == "" {
			return
		}
		if v, err := time.ParseDuration(text); err == nil && strings.HasSuffix(text, "s") {
			d.say(field, v, at)
		} else {
			d.cannot(d.at)
		}
	}
	put("timeout.total", m.Timeout)
	r := m.RetryPolicy
	if r == nil {
		return
	}
	if r.MaxAttempts < 2 || r.InitialBackoff == "" || r.MaxBackoff == "" || r.BackoffMultiplier <= 0 || len(r.Codes) == 0 { // gRPC refuses it
		d.cannot(d.at)
		return
	}
	const most = 5 // attempts, for gRPC
	d.say("retry.retries", min(int(r.MaxAttempts), most)-1, at)
	if on, bad := policy.ParseRetryOn(product.GRPCRetryCodes, r.Codes...); len(bad) == 0 {
		d.say("retry.on", on, at)
	}
	put("retry.backoff.base", r.InitialBackoff)
	put("retry.backoff.max", r.MaxBackoff)
	d.say("retry.backoff.multiplier", r.BackoffMultiplier, at)
}

// configText returns the JSON that an expression is: a text, what JSON.stringify or json.dumps make of an object, or a
// constant with one of these.
func (f *file) configText(at int) (string, bool) {
	for range maxNested {
		switch {
		case at < 0:
			return "", false
		case f.kind(at) == text:
			v, end := f.eval(at)
			return v.text, f.ends(end) && !strings.Contains(v.text, "${")
		case (f.is(at, "JSON") && f.is(at+2, "stringify") || f.is(at, "json") && f.is(at+2, "dumps")) && f.byte(at+3) == '(':
			args := f.args(at + 3)
			if len(args) == 0 {
				return "", false
			}
			at = args[0]
		case f.byte(at) == '{':
			f.sees(at-3, f.closing(at))
			var b strings.Builder
			ok := f.writeJSON(&b, at, 0)
			return b.String(), ok
		case f.kind(at) == word && f.ends(at+1):
			if v := f.valueOf(f.string(at), at); v >= 0 {
				at = v
			} else {
				at = f.constant(f.string(at))
			}
		default:
			return "", false
		}
	}
	return "", false
}

// writeJSON writes the value that begins at a token in JSON. It is false if any of it is not written in the code.
func (f *file) writeJSON(b *strings.Builder, at, depth int) bool {
	const deepest = 12
	if depth > deepest {
		return false
	}
	switch open := f.byte(at); {
	case open == '{' || open == '[':
		b.WriteByte(open)
		for n, i := range f.args(at) {
			if n > 0 {
				b.WriteByte(',')
			}
			if open == '{' {
				key, ok := f.string(i), f.kind(i) == word
				if f.kind(i) == text {
					key, ok = f.plain(i)
				}
				if !ok || f.byte(i+1) != ':' {
					return false
				}
				writeText(b, key)
				b.WriteByte(':')
				i += 2
			}
			if !f.writeJSON(b, i, depth+1) {
				return false
			}
		}
		b.WriteByte(open + 2) // the closing one
		return true
	case f.kind(at) == text:
		s, ok := f.plain(at)
		writeText(b, s)
		return ok && f.ends(at+1)
	}
	switch a := f.amount(at); {
	case f.is(at, "true"), f.is(at, "True"):
		b.WriteString("true")
	case f.is(at, "false"), f.is(at, "False"):
		b.WriteString("false")
	case !a.ok || a.off || a.timed || a.setting != "":
		return false
	default:
		number, _ := json.Marshal(a.n)
		b.Write(number)
	}
	return true
}

func writeText(b *strings.Builder, s string) {
	quoted, _ := json.Marshal(s)
	b.Write(quoted)
}
