package chainrule.studies.page;

import java.util.List;
import java.util.Locale;

/**
 * A bar chart as SVG: one horizontal bar for each figure, and a mark where the paper's lies.
 *
 * @param unit of the figures
 */
public record Bars(String title, String unit, List<Bar> bars) {
    private static final int WIDTH = 720;
    private static final int LEFT = 190;
    private static final int RIGHT = 90;
    private static final int ROW = 26;
    private static final int TOP = 34;

    /**
     * One figure.
     *
     * @param published the paper's; not a number where there is none
     */
    public record Bar(String name, double value, double published) {
        public Bar(String name, double value) {
            this(name, value, Double.NaN);
        }
    }

    String svg() {
        double low = Math.min(0, bounds(true));
        double high = Math.max(0, bounds(false));
        double scale = (WIDTH - LEFT - RIGHT) / Math.max(high - low, 1e-9);
        double zero = LEFT - low * scale;
        int height = TOP + ROW * bars.size() + 10;
        StringBuilder svg = new StringBuilder();
        svg.append(text(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" font-family=\"sans-serif\""
                        + " font-size=\"13\">\n<text x=\"0\" y=\"16\" font-weight=\"bold\" fill=\"currentColor\">%s</text>\n",
                WIDTH, height, Escape.html(unit.isEmpty() ? title : title + " (" + unit + ")")));
        for (int i = 0; i < bars.size(); i++) {
            bar(svg, bars.get(i), TOP + ROW * i, zero, scale);
        }
        svg.append(
                text("<path d=\"M%.1f %dV%d\" stroke=\"#8c959f\"/>\n</svg>\n", zero, TOP - 4, TOP + ROW * bars.size()));
        return svg.toString();
    }

    private static void bar(StringBuilder svg, Bar bar, int y, double zero, double scale) {
        double end = zero + bar.value() * scale;
        svg.append(text(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"currentColor\">%s</text>\n",
                LEFT - 8, y + 14, Escape.html(bar.name())));
        svg.append(text(
                "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#1f6fb2\" rx=\"2\"/>\n",
                Math.min(zero, end), y, Math.abs(end - zero), ROW - 8));
        svg.append(text(
                "<text x=\"%.1f\" y=\"%d\" fill=\"currentColor\">%s</text>\n",
                Math.max(zero, end) + 6, y + 14, Figure.text(bar.value())));
        if (!Double.isNaN(bar.published())) {
            double at = zero + bar.published() * scale;
            svg.append(text(
                    "<path d=\"M%.1f %dv%d\" stroke=\"#d1495b\" stroke-width=\"3\"><title>published: %s</title></path>\n",
                    at, y - 3, ROW - 2, Figure.text(bar.published())));
        }
    }

    private double bounds(boolean least) {
        var all = bars.stream()
                .flatMap(b -> java.util.stream.Stream.of(b.value(), b.published()))
                .filter(v -> !v.isNaN())
                .mapToDouble(v -> v);
        return (least ? all.min() : all.max()).orElse(0);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
