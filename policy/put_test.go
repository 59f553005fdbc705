package policy

import (
	"testing"
	"time"
)

func TestPut(t *testing.T) {
	at := Source{File: "a.js"}.At(3, 0)
	var s Set
	s.Put("timeout.total", time.Second, Explicit, at)
	s.Put("retry.backoff.base", 2*time.Second, PlatformDefault, at)
	s.Put("retry.retries", nil, Disabled, at)
	c := s.Clone()
	c.Put("retry.backoff.base", time.Minute, Explicit, at)
	if s.Timeout.Total != Declare(time.Second, at) || s.Retry.Backoff.Base.Value != 2*time.Second || s.Retry.Retries.Provenance != Disabled {
		t.Errorf("put: %+v %+v", s.Timeout, s.Retry)
	}
	if c.Retry.Backoff.Base.Value != time.Minute || c.Timeout.Total != s.Timeout.Total {
		t.Errorf("the copy: %+v", c.Retry.Backoff)
	}
}
