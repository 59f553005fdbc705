package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
)

// maxBody bounds what a page asks with.
const maxBody = 64 << 10

// asked is what a page asks with.
type asked struct {
	Number int      `json:"number"` // of the estate that it shows
	Fail   []string `json:"fail"`   // the services that fail, by their IDs
	Mode   string   `json:"mode"`

	Changes []change `json:"changes"` // that are assumed
}

// read reads the body of a request, and answers it if that cannot be read.
func read(w http.ResponseWriter, r *http.Request) (a asked, ok bool) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		http.Error(w, "the body is not JSON", http.StatusUnsupportedMediaType)
		return a, false
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(&a)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		http.Error(w, fmt.Sprintf("the body is longer than %d bytes", maxBody), http.StatusRequestEntityTooLarge)
	case err != nil:
		http.Error(w, "the body is not a request of this page", http.StatusBadRequest)
	default:
		return a, true
	}
	return a, false
}

// reply writes an answer.
func reply(w http.ResponseWriter, answer any) {
	text, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}
