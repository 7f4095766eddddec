package chainrule.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A run's loss over its steps as an SVG picture: the batches' loss pale, its running mean and the held-out loss on top. */
final class LossCurve {
    private static final int WIDTH = 840;
    private static final int HEIGHT = 440;
    private static final int LEFT = 64;
    private static final int RIGHT = 24;
    private static final int TOP = 44;
    private static final int BOTTOM = 48;
    private static final int POINTS = 1000;
    private static final int MARKS = 60;

    private LossCurve() {}

    /** One point of a line. */
    private record Point(double x, double y) {}

    static String svg(List<Measurement> all) {
        List<Point> losses = points(all, Measurement::loss);
        List<Point> train = thinned(losses);
        List<Point> smooth = thinned(smooth(losses));
        List<Point> heldOut = thinned(points(
                all.stream().filter(m -> m.evaluation().isPresent()).toList(),
                m -> m.evaluation().orElseThrow()));
        Ticks x = Ticks.over(0, all.isEmpty() ? 1 : all.getLast().step());
        Ticks y = Ticks.around(List.of(smooth, heldOut));
        StringBuilder svg = new StringBuilder();
        svg.append("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">
                <rect width="100%%" height="100%%" fill="#ffffff"/>
                <clipPath id="c"><rect x="%d" y="%d" width="%d" height="%d"/></clipPath>
                """.formatted(WIDTH, HEIGHT, LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM));
        axes(svg, x, y);
        svg.append("<g clip-path=\"url(#c)\" fill=\"none\" stroke-linejoin=\"round\">\n");
        line(svg, train, x, y, "stroke=\"#9ec5e8\" stroke-width=\"1\"");
        line(svg, smooth, x, y, "stroke=\"#1f6fb2\" stroke-width=\"2\"");
        line(svg, heldOut, x, y, "stroke=\"#d1495b\" stroke-width=\"2\"");
        svg.append("</g>\n");
        for (Point p : heldOut.size() > MARKS ? heldOut.subList(0, 0) : heldOut) {
            svg.append(text("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"#d1495b\"/>\n", x.across(p.x), y.up(p.y)));
        }
        legend(svg, smooth, heldOut);
        return svg.append("</svg>\n").toString();
    }

    private static void axes(StringBuilder svg, Ticks x, Ticks y) {
        for (double v : y.values()) {
            svg.append(text("<path d=\"M%d %.1fH%d\" stroke=\"#e3e6ea\"/>\n", LEFT, y.up(v), WIDTH - RIGHT));
            svg.append(text(
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#57606a\">%s</text>\n",
                    LEFT - 8, y.up(v) + 4, y.label(v)));
        }
        for (double v : x.values()) {
            svg.append(text(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#57606a\">%s</text>\n",
                    x.across(v), HEIGHT - BOTTOM + 20, x.label(v)));
        }
        svg.append(text("<path d=\"M%d %dH%d\" stroke=\"#8c959f\"/>\n", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT));
        svg.append(text(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#57606a\">step</text>\n",
                WIDTH - RIGHT, HEIGHT - 10));
    }

    private static void legend(StringBuilder svg, List<Point> train, List<Point> heldOut) {
        if (!train.isEmpty()) {
            entry(svg, LEFT, "#1f6fb2", "training loss", train.getLast().y);
        }
        if (!heldOut.isEmpty()) {
            entry(svg, LEFT + 220, "#d1495b", "held-out loss", heldOut.getLast().y);
        }
    }

    private static void entry(StringBuilder svg, int x, String colour, String name, double last) {
        svg.append(text("<path d=\"M%d 22h22\" stroke=\"%s\" stroke-width=\"3\"/>", x, colour));
        svg.append(text("<text x=\"%d\" y=\"26\" fill=\"#24292f\">%s %.3f</text>\n", x + 30, name, last));
    }

    private static void line(StringBuilder svg, List<Point> points, Ticks x, Ticks y, String style) {
        if (points.isEmpty()) {
            return;
        }
        svg.append("<polyline ").append(style).append(" points=\"");
        for (Point p : points) {
            svg.append(text("%.1f,%.1f ", x.across(p.x), y.up(p.y)));
        }
        svg.append("\"/>\n");
    }

    private static List<Point> points(List<Measurement> all, ToDoubleFunction<Measurement> value) {
        return all.stream()
                .map(m -> new Point(m.step(), value.applyAsDouble(m)))
                .toList();
    }

    /** The exponential mean of about a fiftieth of the run, without a bias towards its first value. */
    private static List<Point> smooth(List<Point> points) {
        double keep = 1 - 1 / Math.max(1, points.size() / 50.0);
        double sum = 0;
        double weight = 0;
        List<Point> smooth = new ArrayList<>();
        for (Point p : points) {
            sum = keep * sum + p.y;
            weight = keep * weight + 1;
            smooth.add(new Point(p.x, sum / weight));
        }
        return smooth;
    }

    /** About a thousand of them, the last always. */
    private static List<Point> thinned(List<Point> points) {
        int every = Math.max(1, points.size() / POINTS);
        List<Point> some = new ArrayList<>();
        for (int i = 0; i < points.size(); i += every) {
            some.add(points.get(i));
        }
        if (!points.isEmpty() && some.getLast() != points.getLast()) {
            some.add(points.getLast());
        }
        return some;
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** An axis from {@code from} to {@code to} with a mark every {@code each}, a round number. */
    private record Ticks(double from, double to, double each) {
        static Ticks over(double from, double to) {
            double rough = Math.max(to - from, 1e-9) / 6;
            double power = Math.pow(10, Math.floor(Math.log10(rough)));
            double lead = rough / power;
            return new Ticks(from, to, power * (lead > 5 ? 10 : lead > 2 ? 5 : lead > 1 ? 2 : 1));
        }

        /** Around all points, ending at marks. */
        static Ticks around(List<List<Point>> lines) {
            double[] all = lines.stream()
                    .flatMap(List::stream)
                    .mapToDouble(Point::y)
                    .sorted()
                    .toArray();
            double low = all.length == 0 ? 0 : all[0];
            double high = all.length == 0 ? 1 : all[all.length - 1];
            Ticks rough = over(low, Math.max(high, low + 1e-3));
            return new Ticks(
                    Math.floor(low / rough.each) * rough.each,
                    Math.ceil(rough.to / rough.each) * rough.each,
                    rough.each);
        }

        List<Double> values() {
            List<Double> values = new ArrayList<>();
            for (long i = (long) Math.ceil(from / each - 1e-6); i * each <= to + each * 1e-6; i++) {
                values.add(i * each);
            }
            return values;
        }

        String label(double value) {
            int digits = Math.max(0, (int) -Math.floor(Math.log10(each) + 1e-9));
            return String.format(Locale.ROOT, "%." + digits + "f", value);
        }

        double across(double value) {
            return LEFT + (value - from) / (to - from) * (WIDTH - LEFT - RIGHT);
        }

        double up(double value) {
            return HEIGHT - BOTTOM - (value - from) / (to - from) * (HEIGHT - TOP - BOTTOM);
        }
    }
}
