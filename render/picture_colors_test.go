package render

import (
	"math"
	"slices"
	"strconv"
	"testing"
)

// vision is what people see of linear red, green and blue: G. M. Machado et al., A physiologically-based
// model for simulation of color vision deficiency, 2009, at its strongest.
var vision = map[string][3][3]float64{
	"all colors": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"no red":     {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"no green":   {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"no blue":    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

// lab is a color in CIELAB, as people with that vision see it.
func lab(t *testing.T, color string, sees [3][3]float64) [3]float64 {
	t.Helper()
	n, err := strconv.ParseUint(color[1:], 16, 24)
	if err != nil || len(color) != 7 {
		t.Fatalf("color %q: %v", color, err)
	}
	var linear, seen [3]float64
	for i, c := range []uint64{n >> 16, n >> 8 & 255, n & 255} {
		linear[i] = math.Pow((float64(c)/255+0.055)/1.055, 2.4)
	}
	for i, row := range sees {
		for k := range row {
			seen[i] += row[k] * linear[k]
		}
		seen[i] = min(max(seen[i], 0), 1)
	}
	r, g, b := seen[0], seen[1], seen[2]
	x, y, z := (0.4124*r+0.3576*g+0.1805*b)/0.9505, 0.2126*r+0.7152*g+0.0722*b, (0.0193*r+0.1192*g+0.9505*b)/1.089
	f := math.Cbrt
	return [3]float64{116*f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))}
}

// TestColorsAreDistinct holds that the colors of one picture differ for people who see fewer colors.
func TestColorsAreDistinct(t *testing.T) {
	strokes := func(list ...highlight) []string {
		return slices.Compact(slices.Sorted(func(yield func(string) bool) {
			for _, as := range list {
				if !yield(looks[as].stroke) {
					return
				}
			}
		}))
	}
	tiers := []string{"#ffffff"}
	for _, color := range tierColors {
		tiers = append(tiers, color)
	}
	for name, colors := range map[string][]string{
		"findings":  strokes(warned, faulty, looped, onPath),
		"incidents": strokes(protected, slowed, degraded, failed, down),
		"changes":   strokes(added, altered, removed),
		"values":    append(slices.Clone(paleColors), otherColor, "#ffffff"),
		"tiers":     append(tiers, otherColor),
	} {
		for who, sees := range vision {
			for i, a := range colors {
				for _, b := range colors[:i] {
					p, q := lab(t, a, sees), lab(t, b, sees)
					if d := math.Hypot(math.Hypot(p[0]-q[0], p[1]-q[1]), p[2]-q[2]); d < 9 {
						t.Errorf("%s: %s and %s differ by %.1f only for people who see %s", name, a, b, d, who)
					}
				}
			}
		}
	}
}
