package mesh_test

import (
	"testing"

	"github.com/weirgraph/weir/ingest/mesh"
	"github.com/weirgraph/weir/ingest/readertest"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestIstio(t *testing.T)   { readertest.Test(t, mesh.Istio) }
func TestLinkerd(t *testing.T) { readertest.Test(t, mesh.Linkerd) }
func TestSMI(t *testing.T)     { readertest.Test(t, mesh.SMI) }
func TestFlagger(t *testing.T) { readertest.Test(t, mesh.Flagger) }
func TestConsul(t *testing.T)  { readertest.Test(t, mesh.Consul) }
func TestKuma(t *testing.T)    { readertest.Test(t, mesh.Kuma) }

func FuzzIstio(f *testing.F)   { readertest.Fuzz(f, mesh.Istio) }
func FuzzLinkerd(f *testing.F) { readertest.Fuzz(f, mesh.Linkerd) }
func FuzzSMI(f *testing.F)     { readertest.Fuzz(f, mesh.SMI) }
func FuzzFlagger(f *testing.F) { readertest.Fuzz(f, mesh.Flagger) }
func FuzzConsul(f *testing.F)  { readertest.Fuzz(f, mesh.Consul) }
func FuzzKuma(f *testing.F) {
	readertest.Fuzz(f, mesh.Kuma, "type: CircuitBreaker\nname: a\nmesh: default\n")
}
