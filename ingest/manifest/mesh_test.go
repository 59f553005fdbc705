package manifest

import "testing"

func TestIstio(t *testing.T) { testReader(t, Istio) }
func TestEnvoy(t *testing.T) { testReader(t, Envoy) }

func FuzzIstio(f *testing.F) { fuzzReader(f, Istio) }
func FuzzEnvoy(f *testing.F) { fuzzReader(f, Envoy) }
