package manifest

import "testing"

func TestIstio(t *testing.T)      { testReader(t, Istio) }
func TestGatewayAPI(t *testing.T) { testReader(t, GatewayAPI) }
func TestLinkerd(t *testing.T)    { testReader(t, Linkerd) }
func TestSMI(t *testing.T)        { testReader(t, SMI) }
func TestDapr(t *testing.T)       { testReader(t, Dapr) }
func TestEnvoy(t *testing.T)      { testReader(t, Envoy) }

func FuzzIstio(f *testing.F)      { fuzzReader(f, Istio) }
func FuzzGatewayAPI(f *testing.F) { fuzzReader(f, GatewayAPI) }
func FuzzLinkerd(f *testing.F)    { fuzzReader(f, Linkerd) }
func FuzzSMI(f *testing.F)        { fuzzReader(f, SMI) }
func FuzzDapr(f *testing.F)       { fuzzReader(f, Dapr) }
func FuzzEnvoy(f *testing.F)      { fuzzReader(f, Envoy) }
