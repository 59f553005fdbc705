package render

// A swatch is a color and its meaning.
type swatch struct {
	fill   string // "" for a highlight of arrows and borders, if boxes have other colors
	stroke string // "" for black
	says   string
}

// ink is the color of text on it.
func (s swatch) ink() string {
	if s.fill == looks[down].fill {
		return "#ffffff"
	}
	return "#000000"
}
