package delivery_test

import (
	"testing"

	"github.com/weirgraph/weir/ingest/delivery"
	"github.com/weirgraph/weir/ingest/readertest"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestHelm(t *testing.T)      { readertest.Test(t, delivery.Helm) }
func TestArgoCD(t *testing.T)    { readertest.Test(t, delivery.ArgoCD) }
func TestFlux(t *testing.T)      { readertest.Test(t, delivery.Flux) }
func TestKustomize(t *testing.T) { readertest.Test(t, delivery.Kustomize) }

func FuzzHelm(f *testing.F)      { readertest.Fuzz(f, delivery.Helm) }
func FuzzArgoCD(f *testing.F)    { readertest.Fuzz(f, delivery.ArgoCD) }
func FuzzFlux(f *testing.F)      { readertest.Fuzz(f, delivery.Flux) }
func FuzzKustomize(f *testing.F) { readertest.Fuzz(f, delivery.Kustomize) }
