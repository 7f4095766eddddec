package chainrule.checkpoint;

import chainrule.BadInput;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Safetensors files of one folder under an index, {@code model.safetensors.index.json}, whose {@code weight_map} says
 * which file holds which tensor. Tensors that the index does not name do not belong to it.
 */
public final class ShardedSafetensors implements TensorFile {
    /** A name within the folder: no separator, and no way up. */
    private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors");

    private final Path index;
    private final Map<String, Safetensors> places;
    private final SequencedMap<String, Entry> entries;

    private ShardedSafetensors(Path index, Map<String, Safetensors> places, SequencedMap<String, Entry> entries) {
        this.index = index;
        this.places = places;
        this.entries = Collections.unmodifiableSequencedMap(entries);
    }

    /** @throws BadInput where a shard is missing or does not hold what the index says */
    public static ShardedSafetensors open(Path index) {
        SequencedMap<String, String> map = weightMap(index);
        Map<String, Safetensors> shards = new HashMap<>();
        try {
            for (String shard : new TreeSet<>(map.values())) {
                if (!Files.exists(index.resolveSibling(shard))) {
                    throw new BadInput(index + ": the shard " + shard + " is missing: fetch it again.");
                }
                shards.put(shard, Safetensors.open(index.resolveSibling(shard)));
            }
            Map<String, Safetensors> places = new HashMap<>();
            SequencedMap<String, Entry> entries = new LinkedHashMap<>();
            map.forEach((name, shard) -> {
                Safetensors file = Objects.requireNonNull(shards.get(shard));
                if (!file.has(name)) {
                    throw new BadInput(
                            index + ": tensor " + Quote.of(name) + " is not in " + shard + " as the index says.");
                }
                places.put(name, file);
                entries.put(name, file.entry(name));
            });
            return new ShardedSafetensors(index, places, entries);
        } catch (RuntimeException | Error e) {
            shards.values().forEach(Safetensors::close);
            throw e;
        }
    }

    /** The names of the files that an index names, in order. @throws BadInput where one lies outside the folder */
    static Set<String> shards(Path index) {
        return new TreeSet<>(weightMap(index).values());
    }

    private static SequencedMap<String, String> weightMap(Path index) {
        JsonNode map = JsonFile.object(index).get("weight_map");
        if (map == null || !map.isObject() || map.isEmpty()) {
            throw new BadInput(index + ": weight_map is missing or empty.");
        }
        SequencedMap<String, String> names = new LinkedHashMap<>();
        map.forEachEntry((name, file) -> {
            if (!file.isString() || !SHARD.matcher(file.stringValue()).matches()) {
                throw new BadInput(index + ": tensor " + Quote.of(name) + " is said to be in "
                        + (file.isString() ? "'" + Quote.of(file.stringValue()) + "'" : "something that is no text")
                        + ", which is no safetensors file of this folder.");
            }
            names.put(name, file.stringValue());
        });
        return names;
    }

    @Override
    public String origin() {
        return index.toString();
    }

    @Override
    public SequencedMap<String, Entry> directory() {
        return entries;
    }

    @Override
    public MemorySegment bytes(String name) {
        return Objects.requireNonNull(places.get(entry(name).name())).bytes(name);
    }

    @Override
    public void close() {
        Set.copyOf(places.values()).forEach(Safetensors::close);
    }
}
