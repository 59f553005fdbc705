package rendering

import (
	"context"
	"os"
	"path/filepath"
	"strconv"

	"github.com/weirgraph/weir/ingest/delivery"
)

// Overlay builds an overlay. Where it can, every object has an annotation with the file that
// it comes from, as seen from the directory that base returns. The error is a *Failure, a
// *MissingError or the one of ctx.
func (p Programs) Overlay(ctx context.Context, o *delivery.Overlay) (text []byte, base string, err error) {
	if p.kustomize == "" && p.kubectl == "" {
		return nil, "", &MissingError{"kustomize", "overlay " + o.Shown}
	}
	dir, remove, err := temporary()
	if err != nil {
		return nil, "", &Failure{Message: "making a temporary directory: " + err.Error()}
	}
	defer remove()
	target, base, err := wrap(dir, o)
	if err != nil {
		return nil, "", &Failure{Message: err.Error()}
	}
	if p.kustomize != "" {
		text, err = start(ctx, dir, p.kustomize, "build", target)
	} else {
		text, err = start(ctx, dir, p.kubectl, "kustomize", target)
	}
	return text, base, err
}

// wrap writes a kustomization that includes nothing but o and asks for the origins of objects,
// which has no flag. The schema of an overlay would be lost by that: such a one is built as
// it is, and so is one that has no relative path from the temporary directory.
func wrap(temp string, o *delivery.Overlay) (target, base string, err error) {
	real, err := filepath.Abs(o.Dir)
	if err == nil {
		real, err = filepath.EvalSymlinks(real)
	}
	if err != nil {
		return "", "", err
	}
	relative, err := filepath.Rel(temp, real)
	if err != nil || o.OpenAPI {
		return real, real, nil
	}
	target = filepath.Join(temp, "origins")
	if err := os.Mkdir(target, 0o700); err != nil {
		return "", "", err
	}
	text := "buildMetadata: [originAnnotations]\nresources: [" + strconv.Quote("../"+filepath.ToSlash(relative)) + "]\n"
	return target, target, os.WriteFile(filepath.Join(target, "kustomization.yaml"), []byte(text), 0o600)
}
