package wire

// A Why is how one bound of a part of a call comes to be.
type Why struct {
	Bound  string    `json:"bound"`            // timeout, per-try, retries, backoff, breaker, limits
	Value  string    `json:"value,omitempty"`  // of timeout and per-try a duration, "inf" or "unknown"; of retries the attempts of all layers multiplied, "unlimited", or "unknown" if there is one at each host of a number that is not known
	Links  []WhyLink `json:"links"`            // the settings of all layers that the bound may come from, outermost first
	Lost   []WhyLost `json:"lost,omitempty"`   // what the inputs declare for the call, and does not act on it
	Change string    `json:"change,omitempty"` // where to write it, if nothing sets it
}

// A WhyLink is one setting, and what it does on the call.
type WhyLink struct {
	Setting WhySetting `json:"setting"`
	// Role is acts, beaten (another one always ends the call before it), cut (a timeout ends some of
	// the retries), idle (there is nothing for it to act on), off (it switches off what it is about),
	// or none (its product sets no such bound).
	Role    string      `json:"role"`
	By      *WhySetting `json:"by,omitempty"`      // what keeps it from acting, or cuts it
	Ends    string      `json:"ends,omitempty"`    // the time after which that ends the call or the attempt
	Fit     int         `json:"fit,omitempty"`     // of retries that are cut: the attempts that can finish
	Default string      `json:"default,omitempty"` // what the product has if nothing is written
	Change  string      `json:"change,omitempty"`  // of a default: where to write another value, if its product has a place for it
}

// A WhySetting is a setting with its place.
type WhySetting struct {
	Layer      string  `json:"layer"` // as in PartLayer
	Product    string  `json:"product,omitempty"`
	Field      string  `json:"field"` // its path in Policy, "timeout.perTry"
	Value      string  `json:"value,omitempty"`
	Provenance string  `json:"provenance"`       // as in Setting
	Object     string  `json:"object,omitempty"` // "VirtualService/shop/pricing"; missing for defaults, and in the document of the call
	Origin     *Origin `json:"origin,omitempty"`
}

// A WhyLost is an object that declares a bound for a call and does not act on it.
type WhyLost struct {
	Object string  `json:"object"`
	Origin *Origin `json:"origin,omitempty"`
	Reason string  `json:"reason"`
	Hint   string  `json:"hint,omitempty"` // how it would act, if that is one change
}
