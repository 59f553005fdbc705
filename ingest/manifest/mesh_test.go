package manifest

import "testing"

func TestIstio(t *testing.T)        { testReader(t, Istio) }
func TestGatewayAPI(t *testing.T)   { testReader(t, GatewayAPI) }
func TestLinkerd(t *testing.T)      { testReader(t, Linkerd) }
func TestSMI(t *testing.T)          { testReader(t, SMI) }
func TestConsul(t *testing.T)       { testReader(t, Consul) }
func TestKuma(t *testing.T)         { testReader(t, Kuma) }
func TestDapr(t *testing.T)         { testReader(t, Dapr) }
func TestContour(t *testing.T)      { testReader(t, Contour) }
func TestTraefik(t *testing.T)      { testReader(t, Traefik) }
func TestEmissary(t *testing.T)     { testReader(t, Emissary) }
func TestKong(t *testing.T)         { testReader(t, Kong) }
func TestNginxIngress(t *testing.T) { testReader(t, NginxIngress) }
func TestGloo(t *testing.T)         { testReader(t, Gloo) }
func TestEnvoy(t *testing.T)        { testReader(t, Envoy) }

func FuzzIstio(f *testing.F)        { fuzzReader(f, Istio) }
func FuzzGatewayAPI(f *testing.F)   { fuzzReader(f, GatewayAPI) }
func FuzzLinkerd(f *testing.F)      { fuzzReader(f, Linkerd) }
func FuzzSMI(f *testing.F)          { fuzzReader(f, SMI) }
func FuzzConsul(f *testing.F)       { fuzzReader(f, Consul) }
func FuzzKuma(f *testing.F)         { fuzzReader(f, Kuma) }
func FuzzDapr(f *testing.F)         { fuzzReader(f, Dapr) }
func FuzzContour(f *testing.F)      { fuzzReader(f, Contour) }
func FuzzTraefik(f *testing.F)      { fuzzReader(f, Traefik) }
func FuzzEmissary(f *testing.F)     { fuzzReader(f, Emissary) }
func FuzzKong(f *testing.F)         { fuzzReader(f, Kong) }
func FuzzNginxIngress(f *testing.F) { fuzzReader(f, NginxIngress) }
func FuzzGloo(f *testing.F)         { fuzzReader(f, Gloo) }
func FuzzEnvoy(f *testing.F)        { fuzzReader(f, Envoy) }
