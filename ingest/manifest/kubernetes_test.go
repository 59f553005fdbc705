package manifest

import "testing"

func TestKubernetes(t *testing.T) { testReader(t, Kubernetes) }

func FuzzKubernetes(f *testing.F) { fuzzReader(f, Kubernetes) }
