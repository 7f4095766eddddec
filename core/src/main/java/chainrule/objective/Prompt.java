package chainrule.objective;

import chainrule.BadInput;
import chainrule.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a task is put to a language model: a text with fields of the task in braces, and the words among which it chooses
 * (Malladi et al., "Fine-tuning language models with just forward passes", 2023, appendix E.2).
 *
 * @param task the data set's name
 * @param text before the option, with {@code {field}}, or {@code {field:lower}} in lower case
 * @param words by the number of their class; empty where each example brings its own options
 * @param between what stands between the text and an option, and belongs to the option
 */
public record Prompt(String task, String text, List<String> words, String between) {
    private static final Pattern FIELD = Pattern.compile("\\{(\\w+)(:lower)?}");
    private static final List<String> YES_NO = List.of("Yes", "No");
    private static final List<String> NO_YES = List.of("No", "Yes");

    /** A sentence of a film review. */
    public static final Prompt SST2 = new Prompt("SST-2", "{sentence} It was", List.of("terrible", "great"), " ");

    public static final Prompt MR = SST2.of("MR");
    public static final Prompt CR = SST2.of("CR");
    public static final Prompt SST5 =
            new Prompt("SST-5", SST2.text, List.of("terrible", "bad", "okay", "good", "great"), " ");

    /** Whether a sentence tells an opinion or what happens. */
    public static final Prompt SUBJ = new Prompt("subj", "{sentence} This is", List.of("subjective", "objective"), " ");

    /** Whether a sentence is grammatical. */
    public static final Prompt COLA = new Prompt("CoLA", "{sentence} This is", List.of("incorrect", "correct"), " ");

    public static final Prompt RTE =
            new Prompt("RTE", "{premise}\nDoes this mean that \"{hypothesis}\" is true? Yes or No?\n", YES_NO, "");
    public static final Prompt CB = new Prompt(
            "CB",
            "Suppose {premise} Can we infer that \"{hypothesis}\"? Yes, No, or Maybe?\n",
            List.of("Yes", "No", "Maybe"),
            "");

    /** Its question begins with a capital letter and ends with a question mark. */
    public static final Prompt BOOLQ = new Prompt("BoolQ", "{passage} {question}\n", YES_NO, "");

    public static final Prompt WSC = new Prompt(
            "WSC",
            "{text}\nIn the previous sentence, does the pronoun \"{span2:lower}\" refer to {span1}? Yes or No?\n",
            NO_YES,
            "");
    public static final Prompt WIC = new Prompt(
            "WiC",
            "Does the word \"{word}\" have the same meaning in these two sentences? Yes, No?\n{sentence1}\n{sentence2}\n",
            NO_YES,
            "");
    public static final Prompt MULTIRC = new Prompt(
            "MultiRC",
            "{paragraph}\nQuestion: {question}\nI found this answer \"{answer}\". Is that correct? Yes or No?\n",
            NO_YES,
            "");

    /** The premise without its final dot; {@code conjunction} is {@code so} for an effect and {@code because} for a cause. */
    public static final Prompt COPA = new Prompt("COPA", "{premise} {conjunction}", List.of(), " ");

    /** The passage's {@code @highlight} marks as dashes; an option is the query with an entity in its place. */
    public static final Prompt RECORD = new Prompt("ReCoRD", "{passage}\n-", List.of(), " ");

    public static final Prompt SQUAD =
            new Prompt("SQuAD", "Title: {title}\nContext: {context}\nQuestion: {question}\nAnswer:", List.of(), " ");
    public static final Prompt DROP =
            new Prompt("DROP", "Passage: {context}\nQuestion: {question}\nAnswer:", List.of(), " ");

    private Prompt of(String other) {
        return new Prompt(other, text, words, between);
    }

    public static List<Prompt> all() {
        return List.of(SST2, MR, CR, SST5, SUBJ, COLA, RTE, CB, BOOLQ, WSC, WIC, MULTIRC, COPA, RECORD, SQUAD, DROP);
    }

    /** The names of the fields, in the order of the text. */
    public List<String> fields() {
        return FIELD.matcher(text).results().map(m -> m.group(1)).toList();
    }

    /** The same words without the text around the fields: what a prompt is worth is the difference. */
    public Prompt bare() {
        List<String> found =
                FIELD.matcher(text).results().map(MatchResult::group).toList();
        return new Prompt(task, String.join(" ", found), words, between);
    }

    /** With other words for the classes. */
    public Prompt with(String... others) {
        return new Prompt(task, text, List.of(others), between);
    }

    /** @throws BadInput where a field is missing */
    public String fill(Map<String, String> fields) {
        return FIELD.matcher(text).replaceAll(m -> {
            String value = fields.get(m.group(1));
            if (value == null) {
                throw new BadInput("The prompt of " + task + " needs the field '" + m.group(1) + "': give "
                        + String.join(", ", fields()) + ".");
            }
            return Matcher.quoteReplacement(m.group(2) == null ? value : value.toLowerCase(Locale.ROOT));
        });
    }

    /** The choice among this task's words. */
    public Choice choice(Tokenizer tokenizer, Map<String, String> fields, int right) {
        return choice(tokenizer, fill(fields), words, right);
    }

    /**
     * The choice among {@code options} after {@code text}. An option's tokens are those that the whole text has beyond the
     * prompt's number of tokens.
     */
    public Choice choice(Tokenizer tokenizer, String text, List<String> options, int right) {
        int[] prompt = tokenizer.ids(text, true);
        List<int[]> all = new ArrayList<>();
        for (String option : options) {
            int[] whole = tokenizer.ids(text + between + option, true);
            if (whole.length <= prompt.length) {
                throw new BadInput("The option '" + option + "' of " + task + " adds no token to its prompt.");
            }
            all.add(Arrays.copyOfRange(whole, prompt.length, whole.length));
        }
        return new Choice(prompt, all, right);
    }
}
