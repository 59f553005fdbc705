module github.com/weirgraph/weir/tools/oracle/kubectl

go 1.26.8

replace github.com/weirgraph/weir => ../../..

require (
	github.com/rogpeppe/go-internal v1.16.0
	github.com/weirgraph/weir v0.0.0
	k8s.io/apimachinery v0.34.1
	pgregory.net/rapid v1.3.0
)

require (
	github.com/DataDog/sketches-go v1.4.8 // indirect
	github.com/charmbracelet/x/ansi v0.11.9 // indirect
	github.com/clipperhouse/displaywidth v0.11.0 // indirect
	github.com/clipperhouse/uax29/v2 v2.7.0 // indirect
	github.com/hashicorp/hcl v1.0.0 // indirect
	github.com/lucasb-eyer/go-colorful v1.4.1 // indirect
	github.com/mattn/go-runewidth v0.0.31 // indirect
	go.yaml.in/yaml/v2 v2.4.2 // indirect
	golang.org/x/tools v0.30.0 // indirect
	gonum.org/v1/gonum v0.17.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
	sigs.k8s.io/json v0.0.0-20241014173422-cfa47c3a1cc8 // indirect
	sigs.k8s.io/yaml v1.6.0 // indirect
)
