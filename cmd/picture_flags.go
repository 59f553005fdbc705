package cmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/render"
)

// addPictureFlags adds the flags of commands whose reports can be drawn.
func (r *run) addPictureFlags(cmd *cobra.Command) {
	before := flagNames(cmd)
	addChoice(cmd, &r.look.ColorBy, "color-by", render.ColorChoices[0], "color boxes by `property`: "+strings.Join(render.ColorChoices, ", "), render.ColorChoices...)
	addChoice(cmd, &r.look.Label, "label", render.LabelChoices[0], "label arrows with this `property`: "+strings.Join(render.LabelChoices, ", "), render.LabelChoices...)
	cmd.Flags().Var(linkBase{&r.look.Link}, "link", "link boxes and arrows to files below `url`, which may have {file} and {line} (svg, pdf, dot)")
	setGroup(cmd, before, groupPicture)
}

// A linkBase is a flag whose value is the base of links to files.
type linkBase struct{ value *string }

func (b linkBase) String() string { return *b.value }
func (b linkBase) Type() string   { return "url" }

func (b linkBase) Set(base string) error {
	if err := render.CheckLink(base); err != nil {
		return misuse("write where the root of the repository is, as in https://github.com/acme/shop/blob/main", "%w", err)
	}
	*b.value = base
	return nil
}
