package render

import "github.com/weirgraph/weir/graph"

// jsonServed is what traces show of the requests that a service answers.
type jsonServed struct {
	Requests   float64         `json:"requests"`             // checks of its health left out
	Entries    float64         `json:"entries,omitempty"`    // those that nobody who was seen had sent
	Entrypoint bool            `json:"entrypoint,omitempty"` // so many that users come in there, where nobody declares it
	Origin     jsonOrigin      `json:"origin"`
	Operations []jsonOperation `json:"operations,omitempty"`
}

type jsonOperation struct {
	Name   string  `json:"name"`
	Traces float64 `json:"traces"` // in which it was asked for
}

// jsonRequests are the requests of the caller that made such calls.
type jsonRequests struct {
	Count float64 `json:"count"`
	Calls float64 `json:"calls"` // made in them
}

// jsonRepeat is an operation that requests ask for five times or more, one after the
// other.
type jsonRepeat struct {
	During    string      `json:"during,omitempty"` // the operation of the request
	Operation string      `json:"operation,omitempty"`
	Counts    []jsonCount `json:"counts"`
}

type jsonCount struct {
	Calls    float64 `json:"calls"`
	Requests float64 `json:"requests"` // that made so many
	Traces   float64 `json:"traces,omitempty"`
	Took     string  `json:"took,omitempty"` // all of these calls
	Of       string  `json:"of,omitempty"`   // all of these requests
}

// jsonBeside is how the call lies beside another of its caller in the requests that
// make both.
type jsonBeside struct {
	To          string  `json:"to"`
	Requests    float64 `json:"requests"`
	Overlapping float64 `json:"overlapping,omitempty"` // those in which both were made at one time
	InTurn      float64 `json:"inTurn,omitempty"`      // those in which one was made after the other
}

func servedJSON(s *graph.Service) *jsonServed {
	if s.Served == nil {
		return nil
	}
	_, seen := s.Entry()
	return &jsonServed{
		Requests: s.Served.Requests, Entries: s.Served.Entries, Entrypoint: seen, Origin: originJSON(s.Served.Origin),
		Operations: convert(s.Served.Operations, func(o graph.Operation) jsonOperation { return jsonOperation(o) }),
	}
}

// spreadJSON writes how calls fall on requests. Callees that are not drawn are left
// out.
func spreadJSON(j *jsonObserved, g *graph.Graph, s *graph.Spread) {
	if s.Requests > 0 {
		j.Requests = &jsonRequests{Count: s.Requests, Calls: s.Within}
	}
	for i := range s.Repeats {
		r := &s.Repeats[i]
		repeat := jsonRepeat{During: r.During, Operation: r.Operation}
		for _, c := range r.Counts {
			count := jsonCount{Calls: c.Calls, Requests: c.Requests, Traces: c.Traces}
			if c.Of > 0 {
				count.Took, count.Of = c.Took.String(), c.Of.String()
			}
			repeat.Counts = append(repeat.Counts, count)
		}
		j.Repeats = append(j.Repeats, repeat)
	}
	for _, b := range s.Beside {
		if _, ok := g.Node(b.To); ok {
			j.Beside = append(j.Beside, jsonBeside(b))
		}
	}
}
