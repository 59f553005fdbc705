package proxy_test

import (
	"testing"

	"github.com/weirgraph/weir/ingest/proxy"
	"github.com/weirgraph/weir/ingest/readertest"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestEnvoy(t *testing.T)     { readertest.Test(t, proxy.Envoy) }
func TestNginx(t *testing.T)     { readertest.Test(t, proxy.Nginx) }
func TestTelemetry(t *testing.T) { readertest.Test(t, proxy.Telemetry) }

func FuzzEnvoy(f *testing.F)     { readertest.Fuzz(f, proxy.Envoy) }
func FuzzNginx(f *testing.F)     { readertest.Fuzz(f, proxy.Nginx) }
func FuzzTelemetry(f *testing.F) { readertest.Fuzz(f, proxy.Telemetry) }
