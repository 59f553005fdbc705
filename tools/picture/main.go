// Picture makes the picture of the page that the README shows: weir writes the page of an estate of
// testdata, and Chromium opens it where a service hangs.
//
//	go -C tools run ./picture      # writes docs/explore.png
package main

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

const (
	estate = "testdata/estates/ecommerce"
	file   = "docs/explore.png"
)

// view is what is chosen in the page.
var view = url.Values{"mode": {"hang"}, "fail": {"service warehouse-db"}, "select": {"service warehouse-db"}}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "picture")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	page, shot := filepath.Join(dir, "page.html"), filepath.Join(dir, "shot.png")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	command := func(name string, args ...string) error {
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Dir = ".."
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", name, err, out)
		}
		return nil
	}
	if err := command("go", "run", ".", "check", "-q", "--fail-on", "never", estate, "-o", "html="+page); err != nil {
		return err
	}
	address := url.URL{Scheme: "file", Path: page}
	err = command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--user-data-dir="+filepath.Join(dir, "profile"),
		"--window-size=1280,720", "--hide-scrollbars", "--run-all-compositor-stages-before-draw", "--virtual-time-budget=5000", "--screenshot="+shot, address.String()+"#"+view.Encode())
	if err != nil {
		return err
	}
	in, err := os.Open(shot)
	if err != nil {
		return err
	}
	defer in.Close()
	picture, err := png.Decode(in)
	if err != nil {
		return err
	}
	out, err := os.Create(filepath.Join("..", file))
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	return cmp.Or(encoder.Encode(out, fewColors(picture)), out.Close())
}

// fewColors is the picture in the 32 most frequent of its colors, which takes a third of the bytes.
func fewColors(picture image.Image) image.Image {
	count := map[color.Color]int{}
	bounds := picture.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[picture.At(x, y)]++
		}
	}
	var palette color.Palette
	for c := range count {
		palette = append(palette, c)
	}
	slices.SortFunc(palette, func(a, b color.Color) int {
		return cmp.Or(-cmp.Compare(count[a], count[b]), cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	few := image.NewPaletted(bounds, palette[:min(32, len(palette))])
	draw.Draw(few, bounds, picture, bounds.Min, draw.Src)
	return few
}
