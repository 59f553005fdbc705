package wire

// A PolicyRow is one part of one call and everything that acts on it.
type PolicyRow struct {
	From    string    `json:"from"`
	To      string    `json:"to"`
	Match   string    `json:"match,omitempty"`   // as in Part
	Methods []string  `json:"methods,omitempty"` // as in Part
	Layers  []Layer   `json:"layers"`            // outermost first
	Hidden  []Hidden  `json:"hidden,omitempty"`
	Values  RowValues `json:"values"`
	Why     []Why     `json:"why,omitempty"` // with --why
}

// RowValues are the limits of the layers together, as text: a duration, "unlimited",
// "unknown", or a number.
type RowValues struct {
	Attempts      string `json:"attempts"` // of all layers multiplied
	Budget        string `json:"budget"`   // the longest that the caller waits
	CalleeNeed    string `json:"calleeNeed"`
	CalleeNeedSum string `json:"calleeNeedSum,omitempty"` // if the callee makes its calls one after the other
	PerAttempt    string `json:"perAttempt"`
}

// A Layer is what one layer declares, with the defaults of its product.
type Layer struct {
	Layer   string      `json:"layer"` // as in PartLayer
	Product string      `json:"product,omitempty"`
	Policy  Policy      `json:"policy"`
	Values  LayerValues `json:"values"`
}

// LayerValues are the limits of one layer, as text.
type LayerValues struct {
	Attempts      string `json:"attempts"`
	AttemptsFull  string `json:"attemptsFull,omitempty"`  // attempts that the budget has time for in full; these two if there are several
	AttemptsStart string `json:"attemptsStart,omitempty"` // attempts that can start within the budget
	Budget        string `json:"budget"`
	PerAttempt    string `json:"perAttempt"`
	WorstBackoff  string `json:"worstBackoff"` // all waits between attempts together
}

// Hidden is a policy object that has no effect because another one has precedence.
type Hidden struct {
	Object string `json:"object"`
	By     string `json:"by"`
	Origin Origin `json:"origin"` // of Object
}
