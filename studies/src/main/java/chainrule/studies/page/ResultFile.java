package chainrule.studies.page;

import chainrule.BadInput;
import chainrule.checkpoint.AtomicFile;
import chainrule.studies.Claim;
import chainrule.studies.Finding;
import chainrule.studies.Outcome;
import chainrule.studies.Paper;
import chainrule.studies.Report;
import chainrule.studies.Size;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A report as JSON, {@code results/<study>.<size>.json}. */
public final class ResultFile {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private ResultFile() {}

    /** Where the result of a study's size lies in {@code folder}. */
    public static Path path(Path folder, Report report) {
        return folder.resolve(report.study() + "." + report.size() + ".json");
    }

    /** Writes the report, whole or not at all. */
    public static void write(Report report, Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        AtomicFile.write(file, text(report).getBytes(StandardCharsets.UTF_8));
    }

    /** The report as one JSON object. */
    public static String text(Report report) {
        return JSON.writeValueAsString(json(report)) + "\n";
    }

    /** Its fields in their order; absent figures are null. */
    public static Map<String, Object> json(Report report) {
        Outcome outcome = report.outcome();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("study", report.study());
        all.put("paper", report.paper());
        all.put("size", report.size().toString());
        all.put("method", report.method());
        all.put("seeds", outcome.seeds());
        all.put("machine", report.machine());
        all.put("seconds", Math.round(report.seconds() * 10) / 10.0);
        all.put("commit", report.commit());
        all.put("verdict", report.verdict().toString());
        all.put("claims", outcome.findings().stream().map(ResultFile::claim).toList());
        all.put("tables", outcome.tables());
        all.put("bars", outcome.bars().stream().map(ResultFile::bars).toList());
        all.put("examples", outcome.examples());
        all.put("notes", outcome.notes());
        return all;
    }

    /** The report in a file. @throws BadInput where it is none */
    public static Report read(Path file) throws IOException {
        try {
            JsonNode json = JSON.readTree(Files.readString(file));
            JsonNode paper = json.get("paper");
            return new Report(
                    text(json, "study"),
                    new Paper(text(paper, "title"), text(paper, "authors"), text(paper, "venue"), text(paper, "link")),
                    Size.parse(text(json, "size")),
                    text(json, "method"),
                    text(json, "machine"),
                    json.get("seconds").doubleValue(),
                    text(json, "commit"),
                    new Outcome(
                            list(json.get("seeds"), JsonNode::longValue),
                            list(json.get("claims"), ResultFile::finding),
                            list(json.get("tables"), ResultFile::table),
                            list(json.get("bars"), ResultFile::readBars),
                            list(json.get("examples"), ResultFile::example),
                            list(json.get("notes"), JsonNode::stringValue)));
        } catch (JacksonException | NullPointerException e) {
            throw new BadInput(file + " is not the result of a study.", e);
        }
    }

    private static String text(JsonNode node, String field) {
        return node.get(field).stringValue();
    }

    private static <T> List<T> list(JsonNode array, Function<JsonNode, T> read) {
        List<T> all = new ArrayList<>();
        array.forEach(item -> all.add(read.apply(item)));
        return all;
    }

    private static Finding finding(JsonNode node) {
        OptionalDouble published = node.path("published").isNumber()
                ? OptionalDouble.of(node.get("published").doubleValue())
                : OptionalDouble.empty();
        return new Finding(
                new Claim(
                        text(node, "id"),
                        text(node, "statement"),
                        published,
                        text(node, "unit"),
                        node.get("gate").booleanValue()),
                figure(node.path("ours")),
                node.has("interval")
                        ? Optional.of(new Finding.Interval(
                                node.get("interval").get(0).doubleValue(),
                                node.get("interval").get(1).doubleValue()))
                        : Optional.empty(),
                Finding.Verdict.valueOf(text(node, "verdict").toUpperCase(Locale.ROOT)),
                node.has("reason") ? Optional.of(text(node, "reason")) : Optional.empty());
    }

    private static double figure(JsonNode node) {
        return node.isNumber() ? node.doubleValue() : Double.NaN;
    }

    private static Outcome.Table table(JsonNode node) {
        return new Outcome.Table(
                text(node, "title"),
                list(node.get("columns"), JsonNode::stringValue),
                list(node.get("rows"), row -> list(row, ResultFile::cell)));
    }

    private static Object cell(JsonNode node) {
        return node.isIntegralNumber() ? node.longValue() : node.isNumber() ? node.doubleValue() : node.asString();
    }

    private static Bars readBars(JsonNode node) {
        return new Bars(
                text(node, "title"),
                text(node, "unit"),
                list(
                        node.get("bars"),
                        bar -> new Bars.Bar(
                                text(bar, "name"), figure(bar.path("value")), figure(bar.path("published")))));
    }

    private static Outcome.Example example(JsonNode node) {
        return new Outcome.Example(
                text(node, "beginning"),
                list(node.get("texts"), t -> new Outcome.Continuation(text(t, "by"), text(t, "text"))));
    }

    private static Map<String, @Nullable Object> claim(Finding finding) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("id", finding.claim().id());
        all.put("statement", finding.claim().statement());
        all.put(
                "published",
                finding.claim().published().isPresent()
                        ? finding.claim().published().getAsDouble()
                        : null);
        all.put("ours", number(finding.ours()));
        all.put("unit", finding.claim().unit());
        finding.interval().ifPresent(i -> all.put("interval", List.of(i.low(), i.high())));
        all.put("gate", finding.claim().gate());
        all.put("verdict", finding.verdict().toString());
        finding.reason().ifPresent(reason -> all.put("reason", reason));
        return all;
    }

    private static Map<String, Object> bars(Bars bars) {
        List<Map<String, @Nullable Object>> each = new ArrayList<>();
        for (Bars.Bar bar : bars.bars()) {
            Map<String, @Nullable Object> all = new LinkedHashMap<>();
            all.put("name", bar.name());
            all.put("value", number(bar.value()));
            all.put("published", number(bar.published()));
            each.add(all);
        }
        return Map.of("title", bars.title(), "unit", bars.unit(), "bars", each);
    }

    /** JSON has no word for what is not a number. */
    private static @Nullable Double number(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
